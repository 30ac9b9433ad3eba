/**
 * What callers hear when the house itself cannot go on. Written out, not rendered: these are the answers that must come
 * when anything else is broken. Chinese first and then English, because nothing is known of the caller yet.
 */
function spoken(chinese: string, english: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response><Say language="zh-CN">${chinese}</Say><Say language="en-US">${english}</Say><Hangup/></Response>`;
}

export const APOLOGY = spoken(
  "非常抱歉，系统暂时无法为您服务，请稍后再拨。",
  "We are very sorry. We cannot take your call at the moment. Please call again in a few minutes.",
);

export const UNKNOWN_NUMBER = spoken(
  "您好，您拨打的号码暂未开通服务，请核对后再拨。",
  "Hello. The number you have dialled is not in service. Please check the number and call again.",
);

/** 200 always: an error status would make the carrier read out its own words. */
export function twiml(xml: string): Response {
  return new Response(xml, { headers: { "content-type": "text/xml; charset=utf-8", "cache-control": "no-store" } });
}
