// Minimum and maximum length of a new password. Older, shorter passwords stay valid.
export const PASSWORD_LENGTH = { min: 12, max: 128 } as const;
