// Sentences of the mails about an account.

export const ACCOUNT_SENTENCES = {
  open: "Open your account",
  reason: "You receive this because this address belongs to a TrackKit account. These mails cannot be turned off.",
};

export const WARNING = {
  subject: "Someone entered wrong passwords for your account",
  preview: "Ten wrong passwords in one day.",
  heading: "Ten wrong passwords",
  what: "Someone entered ten wrong passwords for your account. Further attempts have to wait 40 seconds each.",
  advice:
    "If it was you, you can ignore this mail, or set a new password. If it was not, check that your password is used nowhere else, and turn on two-factor authentication.",
};

export const CHANGED = {
  password: { subject: "Your password was changed", what: "All other sessions were signed out." },
  email: {
    subject: "The email address of your account was changed",
    what: "You sign in with the new address from now on. This address no longer works.",
  },
  advice: "If it was not you, ask the person who runs this installation to set a new password.",
};

export const RESET = {
  subject: "Set a new password",
  what: "The link works once, within one hour.",
  button: "Set a new password",
  ignore: "If you did not ask for it, ignore this mail. Your password stays as it is.",
};
