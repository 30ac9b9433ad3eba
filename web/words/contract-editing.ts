/** Words about writing a contract's terms: choices, data typed by hand, and two people at one contract. */
export const editingZh = {
  choices: { arrears: "后付", advance: "预付", month: "每月", once: "一次性" },
  notData: "第 {{line}} 行附近不是有效的数据，其余内容已保留，请改正。",
  notDataAnywhere: "不是有效的数据，内容已保留，请改正。",
  notTerm: "缺少这种计费方式必需的内容，请补全。",
  discardTitle: "放弃草稿？",
  discardNote: "与现行版本相比，下列内容会被丢弃，找不回来：",
  discardSame: "草稿与现行版本相同。",
  lossAdded: "新条款：{{says}}",
  lossChanged: "{{says}} 原为：{{was}}",
  lossRemoved: "已从草稿中删除；原为：{{was}}",
  lossUnread: "正在编辑的数据，尚未改正",
  removeTitle: "删除「{{name}}」？",
  removeNote: "该条款及其价格会从草稿中删除：",
  dataFirst: "有条款的数据尚未改正，改正后才能保存或发布。",
  overtaken: "有人在您打开之后改过这份合同。您写的内容还在，但不能覆盖对方的；请读取最新内容后再改。",
} as const;

export const editingEn: {
  readonly [word in keyof typeof editingZh]: (typeof editingZh)[word] extends string
    ? string
    : Record<keyof (typeof editingZh)[word], string>;
} = {
  choices: { arrears: "in arrears", advance: "in advance", month: "every month", once: "once" },
  notData: "Near line {{line}} this is not data. What you typed is kept: mend it there.",
  notDataAnywhere: "This is not data. What you typed is kept: mend it.",
  notTerm: "A part that this way of charging needs is missing.",
  discardTitle: "Discard the draft?",
  discardNote: "This is otherwise than what is in force. It goes and cannot be had back:",
  discardSame: "The draft is the same as what is in force.",
  lossAdded: "A new term: {{says}}",
  lossChanged: "{{says}} It was: {{was}}",
  lossRemoved: "Removed in the draft. It was: {{was}}",
  lossUnread: "data being typed, not mended yet",
  removeTitle: "Remove {{name}}?",
  removeNote: "The term and its price go from the draft:",
  dataFirst: "A term's data is not mended yet; it can be saved or published after that.",
  overtaken:
    "Somebody changed this contract after you opened it. What you wrote is still here, but it does not overwrite theirs: read the newest and write again.",
};
