import { z } from 'zod';

import { descriptionString, nameString, text } from './shapes.ts';

/** Glue's own list grows with every connector: its form is checked, and not whether this server knows it. */
export const connectionType = text(1, 255).regex(/^[A-Z0-9_]+$/);
export const matchCriteria = z.array(nameString).max(10);
export const schemaVersion = z.int().min(1).max(2);

const MAX_PROPERTIES = 100;
const properties = (maxKey: number, maxValue: number) =>
  z
    .record(text(1, maxKey), text(1, maxValue))
    .refine(
      (map) => Object.keys(map).length <= MAX_PROPERTIES,
      `Member must have length less than or equal to ${String(MAX_PROPERTIES)}`,
    );
const engineProperties = properties(128, 2048).optional();

const authentication = z.object({
  AuthenticationType: z.enum(['BASIC', 'OAUTH2', 'CUSTOM', 'IAM']).optional(),
  SecretArn: text(0, 2048)
    .regex(/^arn:aws[a-z-]*:secretsmanager:/)
    .optional(),
  KmsKeyArn: text(0, 2048)
    .regex(/^$|^arn:aws[a-z0-9-]*:kms:/)
    .optional(),
  BasicAuthenticationCredentials: z
    .object({ Username: text(0, 512).optional(), Password: text(0, 512).optional() })
    .optional(),
  CustomAuthenticationCredentials: properties(128, 2048).optional(),
  OAuth2Properties: z
    .object({
      OAuth2GrantType: z.enum(['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'JWT_BEARER']).optional(),
      OAuth2ClientApplication: z
        .object({
          UserManagedClientApplicationClientId: text(0, 2048).optional(),
          AWSManagedClientApplicationReference: text(0, 2048).optional(),
        })
        .optional(),
      TokenUrl: text(0, 256)
        .regex(/^https?:\/\//)
        .optional(),
      TokenUrlParametersMap: properties(128, 512).optional(),
      AuthorizationCodeProperties: z
        .object({ AuthorizationCode: text(1, 4096).optional(), RedirectUri: text(0, 512).optional() })
        .optional(),
      OAuth2Credentials: z
        .object({
          UserManagedClientApplicationClientSecret: text(0, 512).optional(),
          AccessToken: text(0, 4096).optional(),
          RefreshToken: text(0, 4096).optional(),
          JwtToken: text(0, 8000).optional(),
        })
        .optional(),
    })
    .optional(),
});

/** Members that it does not name are dropped: what nobody knows could be a secret, and would lie open. */
export const connectionInput = z.object({
  Name: nameString,
  Description: descriptionString.optional(),
  ConnectionType: connectionType,
  MatchCriteria: matchCriteria.optional(),
  ConnectionProperties: properties(255, 1024),
  SparkProperties: engineProperties,
  AthenaProperties: engineProperties,
  PythonProperties: engineProperties,
  PhysicalConnectionRequirements: z
    .object({
      SubnetId: nameString.optional(),
      SecurityGroupIdList: z.array(nameString).max(50).optional(),
      AvailabilityZone: nameString.optional(),
    })
    .optional(),
  AuthenticationConfiguration: authentication.optional(),
});

export const testConnectionInput = connectionInput.pick({
  ConnectionType: true,
  ConnectionProperties: true,
  AuthenticationConfiguration: true,
});
