import type { Words } from "../tree.ts";

/** Signing in. */
export const signIn: Words["signIn"] = {
  title: "Sign in",
  lead: "One floor, many client companies.",
  email: "Email",
  password: "Password",
  submit: "Sign in",
  wrong: "Email or password is wrong.",
  missing: "Enter email and password.",
  demo: "Demo accounts",
  demoLead: "This is the sandbox: accounts, calls and invoices are demo data. One click signs you in.",
  demoEmpty: "No demo accounts yet. Run npm start to set the demo up.",
  noRole: "This account has no role yet. Ask an administrator of the house.",
  phone: "Open the test phone",
  phoneHint: "Play the caller: ring any client's number",
};
