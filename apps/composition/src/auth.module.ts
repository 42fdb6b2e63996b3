import {
  argon2PasswordHasher,
  hmacStreamLinks,
  jwtAccessTokens,
  opaqueSecretTokens,
  zxcvbnCommonPasswords,
} from '@backline/auth';
import { ContainerModule } from 'inversify';
import type { Config } from './config.ts';
import { keptSecret } from './secrets.ts';
import { TOKENS } from './tokens.ts';

const ISSUER = 'backline';
const AUDIENCE = 'backline-api';

export const authModule = (config: Config): ContainerModule =>
  new ContainerModule(({ bind }) => {
    const secret = config.jwtSecret ?? keptSecret(config.dataDir, 'jwt-secret');
    bind(TOKENS.passwordHasher)
      .toDynamicValue(() => argon2PasswordHasher({}))
      .inSingletonScope();
    bind(TOKENS.commonPasswords).toDynamicValue(zxcvbnCommonPasswords).inSingletonScope();
    bind(TOKENS.accessTokens)
      .toDynamicValue(() => jwtAccessTokens({ keys: [{ kid: '1', secret }], issuer: ISSUER, audience: AUDIENCE }))
      .inSingletonScope();
    bind(TOKENS.secretTokens).toDynamicValue(opaqueSecretTokens).inSingletonScope();
    bind(TOKENS.streamLinks)
      .toDynamicValue(() => hmacStreamLinks({ secret }))
      .inSingletonScope();
  });
