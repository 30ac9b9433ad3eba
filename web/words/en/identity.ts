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
  againTitle: "Your session has ended",
  againNote: "Sign in again to go on. What you typed is still on the page; what was not sent, send once more.",
  another: "Use another account",
  demo: "Demo accounts",
  demoLead: "This is the sandbox: accounts, calls and invoices are demo data. One click signs you in.",
  demoEmpty: "No demo accounts yet. Run npm start to set the demo up.",
  phone: "Open the test phone",
  phoneHint: "Play the caller: ring any client's number",
};
