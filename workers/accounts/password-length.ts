// How long a password must and may be.
export const PASSWORD_LENGTH = { min: 10, max: 128 } as const;
