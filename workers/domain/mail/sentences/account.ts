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

const NEW_PASSWORD = 'If it was not you, set a new password at once: "Forgot your password?" on the sign-in page.';

export const CHANGED = {
  password: {
    subject: "Your password was changed",
    what: "All other sessions were signed out.",
    advice: NEW_PASSWORD,
  },
  password_reset: {
    subject: "Your password was changed",
    what: "Someone set a new password with a link from a mail or from the command line. All sessions were signed out.",
    advice: NEW_PASSWORD,
  },
  email: {
    subject: "The email address of your account was changed",
    what: "You sign in with the new address from now on. This address no longer works.",
    advice: "If it was not you, ask the person who runs this installation to set a new password.",
  },
  two_factor_on: {
    subject: "Two-factor authentication was turned on",
    what: "Signing in needs a code from an authenticator app from now on.",
    advice: "If it was not you, ask the person who runs this installation for help.",
  },
  two_factor_off: {
    subject: "Two-factor authentication was turned off",
    what: "Your password alone opens your account from now on.",
    advice: NEW_PASSWORD,
  },
  recovery_codes: {
    subject: "New recovery codes were created",
    what: "The recovery codes that you had before no longer work.",
    advice: NEW_PASSWORD,
  },
};

export const RESET = {
  subject: "Set a new password",
  what: "The link works once, within one hour.",
  button: "Set a new password",
  ignore: "If you did not ask for it, ignore this mail. Your password stays as it is.",
};

export const NEW_ADDRESS = {
  subject: "Confirm your new email address",
  what: "You sign in to TrackKit with this address once you have confirmed it. The link works once, within one hour.",
  button: "Confirm the address",
  ignore: "If you did not ask for it, ignore this mail.",
  reason: "You receive this because someone entered this address for their TrackKit account.",
};

export const ADDRESS_ASKED = {
  subject: "A new email address was entered for your account",
  what: "Your account moves to it when its owner opens the link that was sent there. Until then nothing changes.",
  advice: "If it was not you, change your password now. The link then stops working.",
};
