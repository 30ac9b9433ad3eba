/** Signing in. */
export const signIn = {
  title: "登录",
  lead: "一个职场，服务多家客户企业。",
  email: "邮箱",
  password: "密码",
  submit: "登录",
  wrong: "邮箱或密码不对。",
  missing: "请填写邮箱和密码。",
  againTitle: "登录已失效",
  againNote: "请重新登录后继续。页面上填写的内容都还在，尚未提交的请再提交一次。",
  another: "换一个账号",
  demo: "演示账号",
  demoLead: "这是沙箱环境：账号、来电和账单都是演示数据。点一下即可以该角色登录。",
  demoEmpty: "还没有演示账号。请先运行 npm start 完成初始化。",
  phone: "打开试拨电话",
  phoneHint: "扮演来电客户，拨打任意一家客户企业的号码",
};
