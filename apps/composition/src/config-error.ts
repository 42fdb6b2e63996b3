/** A setting that the platform can't start with; the message is one line that names the variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
