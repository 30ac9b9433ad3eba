import { type Books, type Charge, type Invoice, totalOf } from "./books.ts";

type Tongue = "zh" | "en";

const WORDS = {
  en: {
    title: "Invoice",
    due: "Due",
    total: "To pay",
    card: "Card number",
    pay: "Pay",
    paid: "Paid",
    thanks: "Thank you. The payment has been received.",
    void: "This invoice is no longer payable.",
    declined: "The card was declined",
    hint: "Sandbox: 4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined.",
    decline: "Try with a card that is declined",
  },
  zh: {
    title: "账单",
    due: "到期日",
    total: "应付金额",
    card: "卡号",
    pay: "支付",
    paid: "已支付",
    thanks: "感谢您，款项已收到。",
    void: "此账单已不可支付。",
    declined: "银行卡被拒绝",
    hint: "沙盒：4242 4242 4242 4242 支付成功，4000 0000 0000 0002 被拒绝。",
    decline: "用会被拒绝的卡试一次",
  },
} as const;

/** The hosted payment page: what is owed, line by line, and a card that pays it. */
export async function answerPage(
  request: Request,
  books: Books,
  pay: (invoice: Invoice, card: string) => Charge | null,
): Promise<Response> {
  const url = new URL(request.url);
  const [, , page = "", rest] = url.pathname.split("/");
  const invoice = books.all("invoice").find((it) => it.page === page);
  if (invoice === undefined || rest !== undefined) return new Response("No such page.\n", { status: 404 });
  const tongue: Tongue = /^\s*zh\b/i.test(request.headers.get("accept-language") ?? "") ? "zh" : "en";
  if (request.method !== "POST") return html(shown(invoice, books, tongue, null));
  const card = String((await request.formData()).get("card") ?? "").replaceAll(/\D/g, "");
  if (card.length < 12 || card.length > 19) return html(shown(invoice, books, tongue, "incomplete_number"), 402);
  const charge = pay(invoice, card);
  const now = books.find("invoice", invoice.id) ?? invoice;
  const declined = charge?.declined?.code ?? null;
  return html(shown(now, books, tongue, declined), declined === null ? 200 : 402);
}

function shown(invoice: Invoice, books: Books, tongue: Tongue, declined: string | null): string {
  const words = WORDS[tongue];
  const money = (minor: number) => moneyText(minor, invoice.currency, tongue);
  const due = invoice.dueDate === null ? "" : new Date(invoice.dueDate * 1_000).toISOString().slice(0, 10);
  const name = books.find("customer", invoice.customer)?.name ?? "";
  const lines = invoice.lines.map(
    (line) => `<tr><td>${escaped(line.description ?? "")}</td><td>${money(line.amount)}</td></tr>`,
  );
  return `<!doctype html><html lang="${tongue === "zh" ? "zh-CN" : "en"}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${words.title} ${escaped(invoice.number ?? "")}</title><style>${STYLE}</style></head>
<body><main><h1>${words.title} ${escaped(invoice.number ?? "")}</h1><p class="quiet">${escaped(name)} · ${words.due} ${due}</p>
<table><tbody>${lines.join("")}</tbody><tfoot><tr><th scope="row">${words.total}</th><td>${money(totalOf(invoice))}</td></tr></tfoot></table>
${below(invoice, words, declined)}</main></body></html>`;
}

function below(invoice: Invoice, words: (typeof WORDS)[Tongue], declined: string | null): string {
  if (invoice.status === "paid")
    return `<p class="good" role="status"><strong>${words.paid}</strong> · ${words.thanks}</p>`;
  if (invoice.status !== "open") return `<p role="status">${words.void}</p>`;
  const trouble = declined === null ? "" : `<p class="bad" role="alert">${words.declined} (${escaped(declined)})</p>`;
  return `${trouble}<form method="post"><label for="card">${words.card}</label>
<input id="card" name="card" inputmode="numeric" autocomplete="cc-number" value="4242 4242 4242 4242" required><button>${words.pay}</button></form>
<form method="post"><input type="hidden" name="card" value="4000000000000002"><button class="plain">${words.decline}</button></form>
<p class="quiet">${words.hint}</p>`;
}

/** Stripe's own notation: every currency in hundredths but those without and those with thousandths. */
function moneyText(amount: number, currency: string, tongue: Tongue): string {
  const code = currency.toUpperCase();
  const digits = ["JPY", "KRW", "VND", "CLP"].includes(code)
    ? 0
    : ["BHD", "JOD", "KWD", "OMR", "TND"].includes(code)
      ? 3
      : 2;
  return new Intl.NumberFormat(tongue === "zh" ? "zh-CN" : "en-US", {
    style: "currency",
    currency: code,
    minimumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

function html(body: string, status = 200): Response {
  return new Response(body, {
    status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
    },
  });
}

const STYLE = `:root{color-scheme:light}body{margin:0;background:#f4f5f7;color:#1b1f24;font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif}
main{max-width:34rem;margin:8vh auto;padding:2rem;background:#fff;border:1px solid #d9dde3;border-radius:12px}
h1{font-size:1.35rem;margin:0}.quiet{color:#57606a;font-size:.9rem}table{width:100%;border-collapse:collapse;margin:1rem 0}
td,th{padding:.5rem 0;border-bottom:1px solid #e6e9ed;text-align:start;font-weight:400}td:last-child{text-align:end;font-variant-numeric:tabular-nums}
tfoot td,tfoot th{border:0;font-weight:600}label{display:block;font-size:.9rem;margin-top:1rem}
input{box-sizing:border-box;width:100%;padding:.6rem;font:inherit;border:1px solid #8b949e;border-radius:8px}
button{width:100%;margin-top:.75rem;padding:.7rem;font:inherit;font-weight:600;color:#fff;background:#3d4eac;border:0;border-radius:8px;cursor:pointer}
button.plain{color:#3d4eac;background:none;font-weight:400}.good{color:#116329}.bad{color:#a40e26}`;
