import type { PaperLanguage } from "./words.ts";

/** What stands on a statement of account, in the words of the portal's page. */
export const STATEMENT_WORDS = {
  zh: {
    statement: "对账单",
    days: "对账期间",
    printed: "打印日期",
    day: "日期",
    entry: "事项",
    document: "单据",
    amount: "金额",
    balance: "余额",
    opening: "期初余额",
    closing: "期末余额",
    owed: "应付余额",
    credit: "贵方结余",
    kind: {
      invoice: "账单",
      prepaid: "预付抵扣",
      credit_note: "红字账单",
      write_off: "核销坏账",
      payment: "收款",
      refund: "退款",
    },
    method: { stripe: "在线支付", bank_transfer: "银行转账", other: "其他方式" },
    note: "余额为正表示尚未支付；付款时请注明账单编号。如有不符，请尽快告知。",
    nothing: "截至此期间没有往来。",
  },
  en: {
    statement: "Statement of account",
    days: "Days",
    printed: "Printed",
    day: "Day",
    entry: "What",
    document: "Document",
    amount: "Amount",
    balance: "Balance",
    opening: "Opening balance",
    closing: "Closing balance",
    owed: "Balance due",
    credit: "In your favour",
    kind: {
      invoice: "Invoice",
      prepaid: "Prepaid credit",
      credit_note: "Credit note",
      write_off: "Written off",
      payment: "Payment",
      refund: "Refund",
    },
    method: { stripe: "Card", bank_transfer: "Bank transfer", other: "Other" },
    note: "A balance above zero is still to be paid; please name the invoice with your payment. Tell us soon if your books say otherwise.",
    nothing: "Nothing happened up to the end of these days.",
  },
} as const;

export type StatementWords = (typeof STATEMENT_WORDS)[PaperLanguage];
