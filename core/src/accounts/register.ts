import { type Result, err, ok } from '../kernel/index.ts';
import type { RegisterError } from './errors.ts';
import { checkPassword } from './password.ts';
import type { AccountPorts } from './ports.ts';
import { EMPTY_PROFILE, type Role, type User, email } from './user.ts';

export type Registration = {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  readonly displayName: string | null;
};

export const register =
  ({ uow, clock, passwordHasher, commonPasswords }: AccountPorts) =>
  async (form: Registration): Promise<Result<User, RegisterError>> => {
    const address = email(form.email);
    if (!address.ok) return address;
    const password = checkPassword(form.password, commonPasswords);
    if (!password.ok) return password;
    const hash = await passwordHasher.hash(password.value);
    if (!hash.ok) return hash;

    return uow.run(async ({ users }) => {
      const user: User = {
        id: await users.nextId(),
        email: address.value,
        role: form.role,
        passwordHash: hash.value,
        profile: { ...EMPTY_PROFILE, displayName: form.displayName },
        createdAt: clock.now(),
        erasedAt: null,
      };
      const inserted = await users.insert(user);
      return inserted.ok ? ok(user) : err(inserted.error);
    });
  };
