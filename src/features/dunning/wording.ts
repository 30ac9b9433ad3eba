import type { Deed } from "../../domain/dunning/dunning.ts";

type Facts = {
  readonly deed: Deed;
  /** Days after the due date; below zero before it. */
  readonly day: number;
  readonly number: string;
  readonly amount: string;
  readonly dueOn: string;
  readonly company: string;
  readonly portalUrl: string;
};

/** The letter of a step: what is open, since when, what follows, and where to pay. Friendly before, plain after. */
export function letterOf(language: "zh" | "en", facts: Facts): { readonly subject: string; readonly text: string } {
  return language === "zh" ? chinese(facts) : english(facts);
}

function english({ deed, day, number, amount, dueOn, company, portalUrl }: Facts) {
  const state = day < 0 ? `is due on ${dueOn}` : day === 0 ? "is due today" : `was due on ${dueOn}`;
  const heads: { readonly [deed in Deed]: string } = {
    remind: day <= 0 ? `Invoice ${number} is due on ${dueOn}` : `Reminder: invoice ${number} is unpaid`,
    warn: `Warning: invoice ${number} is long overdue`,
    stop_outbound: `Outbound service stopped: invoice ${number}`,
    suspend: `Service suspended: invoice ${number}`,
  };
  const follows: { readonly [deed in Deed]: string } = {
    remind:
      day <= 0 ? "This is only a reminder; if it is on its way, thank you." : "Please pay it in the next few days.",
    warn: "If it stays unpaid, we will stop outbound calls and then suspend your lines.",
    stop_outbound: "We have stopped new outbound calls in your name. Inbound calls are still answered.",
    suspend: "New calls to your lines hear that they cannot be taken at the moment. Calls under way are not cut off.",
  };
  const text = `To ${company}

Invoice ${number} ${state}. Open: ${amount}.

${follows[deed]}
Once it is paid, everything is as before within a minute.

Pay or see your statement: ${portalUrl}/portal/invoices
`;
  return { subject: heads[deed], text };
}

function chinese({ deed, day, number, amount, dueOn, company, portalUrl }: Facts) {
  const state = day < 0 ? `将于 ${dueOn} 到期` : day === 0 ? "今天到期" : `已于 ${dueOn} 到期`;
  const heads: { readonly [deed in Deed]: string } = {
    remind: day <= 0 ? `账单 ${number} 将于 ${dueOn} 到期` : `付款提醒：账单 ${number} 尚未支付`,
    warn: `逾期警告：账单 ${number} 长期未支付`,
    stop_outbound: `外呼服务已停止：账单 ${number}`,
    suspend: `服务已暂停：账单 ${number}`,
  };
  const follows: { readonly [deed in Deed]: string } = {
    remind: day <= 0 ? "此为温馨提示；如已付款，谢谢。" : "请于近日内付款。",
    warn: "如仍未付款，我们将停止外呼，随后暂停号码服务。",
    stop_outbound: "我们已停止以贵公司名义进行新的外呼；来电仍正常接听。",
    suspend: "新的来电将听到暂时无法接听的提示；进行中的通话不会被中断。",
  };
  const text = `${company}：

账单 ${number} ${state}，未付金额 ${amount}。

${follows[deed]}
付款后一分钟内恢复如常。

付款与对账：${portalUrl}/portal/invoices
`;
  return { subject: heads[deed], text };
}
