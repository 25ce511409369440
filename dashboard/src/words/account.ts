// Texts of the account page: profile, password, two-factor authentication, sessions, deletion.
export const words = {
  title: "Your account",
  loadFailed: "The account could not be loaded.",

  profile: "Profile",
  name: "Name",
  email: "Email",
  emailHint: "You sign in with this address. A new one has to be confirmed with a link that we send to it.",
  emailHintWithoutMail: "You sign in with this address.",
  passwordToMove: "Your password, for the new address",
  linkSentTo: (email: string): string => `Saved. Open the link that we sent to ${email} to confirm the new address.`,

  password: "Password",
  currentPassword: "Current password",
  newPassword: "New password",
  passwordHint: (length: number): string => `At least ${length} characters, and not a common password.`,
  changePassword: "Change password",
  passwordChanged: "Changed. Other sessions were signed out.",

  twoFactor: "Two-factor authentication",
  twoFactorOn: "On. Signing in needs a code from your authenticator app.",
  twoFactorOff: "Off. Your password alone opens your account.",
  turnOn: "Turn on",
  turnOff: "Turn off",
  newCodes: "New recovery codes",
  setupKey: "Setup key",
  setupHint:
    "Scan this with an authenticator app, or enter the setup key there. Then enter the code that the app shows.",
  qrCode: "QR code for an authenticator app",
  openApp: "Open in an authenticator app on this device",
  code: "Code from the app",
  verify: "Verify and turn on",
  codes: "Recovery codes",
  codesHint:
    "Keep these codes in a safe place. Each one signs you in once if you lose your authenticator. They are shown only now.",

  sessions: "Sessions",
  sessionsFailed: "The sessions could not be loaded.",
  current: "This browser",
  unknownBrowser: "Unknown program",
  sessionAbout: (network: string | null, ago: string): string =>
    [network === null ? null : `network ${network}`, `last used ${ago}`].filter((part) => part !== null).join(" · "),
  signOut: "Sign out",
  signOutOf: (browser: string): string => `Sign out ${browser}`,
  signOutOthers: "Sign out other sessions",
  othersOut: "Other sessions were signed out.",

  deleteTitle: "Delete account",
  deleteHint:
    "Deletes your account and your private segments and annotations. Properties must be deleted first, or belong to another owner too.",
  delete: "Delete account",
  deleteWarning: "This cannot be undone.",
  typeToConfirm: (email: string): string => `Type ${email} to confirm`,
  typeExactly: (email: string): string => `Type exactly ${email}.`,
  deleteForGood: "Delete my account",
} as const;
