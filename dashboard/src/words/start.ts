// Texts of the first steps: setup, sign-in, the wizard for a new property, and the page for unknown URLs.
export const words = {
  setup: "Setup",
  unreachable: "The installation could not be reached.",
  createOwner: "Create the owner account",
  createOwnerLead: "This installation has no accounts yet. The first account owns it.",
  alreadySetUp: "Already set up",
  alreadySetUpLead: "The owner account already exists.",
  token: "Setup token",
  tokenHint: "Printed by npm run deploy. It works once.",
  name: "Your name",
  email: "Email",
  password: "Password",
  passwordHint: (length: number): string => `At least ${length} characters.`,
  createAccount: "Create account",

  signIn: "Sign in",
  signInTitle: "Sign in to TrackKit",
  tagline: "Web analytics in your own Cloudflare account.",

  continue: "Continue",
  propertyLead: "A property is one website or app.",
  streamLead: (property: string): string =>
    `Enter the address of ${property} and choose what to measure. You can change this later.`,
  installLead: (property: string): string => `One line of HTML connects ${property} to this dashboard.`,
  toOverview: "Go to overview",
  back: "Back",

  notFound: "Page not found",
  notFoundHint: "Check the address.",
} as const;
