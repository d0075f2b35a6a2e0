export const limits = {
  attempts: 5,
  windowMs: 30_000,
};
