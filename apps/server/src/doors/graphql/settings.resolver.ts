import { validate } from '@lakewarden/aws-wire';
import {
  createSecurityConfiguration,
  deleteResourcePolicy,
  deleteSecurityConfiguration,
  type EncryptionSettings,
  getEncryptionSettings,
  getResourcePolicy,
  getSecurityConfiguration,
  getSecurityConfigurations,
  putEncryptionSettings,
  putResourcePolicy,
  type SecurityConfiguration,
} from '@lakewarden/catalog';
import type { Caller, UseCases } from '@lakewarden/kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';

import {
  encryptionConfiguration,
  encryptionSettings,
  existsCondition,
  hashString,
  policyText,
} from '../aws/glue/settings.shapes.ts';
import { catalogId, nameString } from '../aws/glue/shapes.ts';
import { given } from './catalog.shapes.ts';
import { type PageArguments, pageRequest, toConnection } from './connection.ts';
import { CurrentCaller, USE_CASES } from './context.ts';
import { orNull } from './or-null.ts';

const MAX_PAGE = 1000;

type Maybe<T> = T | null | undefined;

interface Mode {
  readonly mode?: Maybe<string>;
  readonly kmsKeyArn?: Maybe<string>;
}

interface ConfigurationMembers {
  readonly name: string;
  readonly s3?: Maybe<readonly Mode[]>;
  readonly cloudWatch?: Maybe<Mode>;
  readonly jobBookmarks?: Maybe<Mode>;
  readonly dataQuality?: Maybe<Mode>;
}

interface SettingsMembers {
  readonly catalogId?: Maybe<string>;
  readonly catalogEncryptionMode?: Maybe<string>;
  readonly sseKmsKeyId?: Maybe<string>;
  readonly catalogEncryptionServiceRole?: Maybe<string>;
  readonly returnConnectionPasswordEncrypted?: Maybe<boolean>;
  readonly connectionPasswordKmsKeyId?: Maybe<string>;
}

const modeOf = (asked: Maybe<Mode>, member: string) =>
  asked && given({ [member]: asked.mode, KmsKeyArn: asked.kmsKeyArn });

const toConfigurationNode = ({ configuration, ...found }: SecurityConfiguration) => {
  const { S3Encryption, CloudWatchEncryption, JobBookmarksEncryption, DataQualityEncryption } = configuration;
  const node = (mode: string | undefined, kmsKeyArn: string | undefined) => ({ mode, kmsKeyArn });
  return {
    ...found,
    s3: (S3Encryption ?? []).map((each) => node(each.S3EncryptionMode, each.KmsKeyArn)),
    cloudWatch:
      CloudWatchEncryption &&
      node(CloudWatchEncryption.CloudWatchEncryptionMode, CloudWatchEncryption.KmsKeyArn),
    jobBookmarks:
      JobBookmarksEncryption &&
      node(JobBookmarksEncryption.JobBookmarksEncryptionMode, JobBookmarksEncryption.KmsKeyArn),
    dataQuality:
      DataQualityEncryption &&
      node(DataQualityEncryption.DataQualityEncryptionMode, DataQualityEncryption.KmsKeyArn),
  };
};

const toSettingsNode = ({
  EncryptionAtRest: rest,
  ConnectionPasswordEncryption: password,
}: EncryptionSettings) => ({
  catalogEncryptionMode: rest?.CatalogEncryptionMode,
  sseKmsKeyId: rest?.['SseAwsKmsKeyId'],
  catalogEncryptionServiceRole: rest?.['CatalogEncryptionServiceRole'],
  returnConnectionPasswordEncrypted: password?.ReturnConnectionPasswordEncrypted,
  connectionPasswordKmsKeyId: password?.AwsKmsKeyId,
});

/** Glue's document, for its shape to check: of a part that is spoken of, all that Glue requires. */
function toSettings(input: SettingsMembers) {
  const rest = given({
    CatalogEncryptionMode: input.catalogEncryptionMode,
    SseAwsKmsKeyId: input.sseKmsKeyId,
    CatalogEncryptionServiceRole: input.catalogEncryptionServiceRole,
  });
  const password = given({
    ReturnConnectionPasswordEncrypted: input.returnConnectionPasswordEncrypted,
    AwsKmsKeyId: input.connectionPasswordKmsKeyId,
  });
  return validate(encryptionSettings, {
    ...(Object.keys(rest).length > 0 && { EncryptionAtRest: rest }),
    ...(Object.keys(password).length > 0 && { ConnectionPasswordEncryption: password }),
  });
}

const policyInput = z.object({
  policy: policyText,
  hashCondition: hashString.nullish(),
  existsCondition: existsCondition.nullish(),
  enableHybrid: z.boolean().nullish(),
});

@Resolver()
export class SettingsResolver {
  readonly #useCases: UseCases;

  constructor(@Inject(USE_CASES) useCases: UseCases) {
    this.#useCases = useCases;
  }

  @Query('securityConfiguration')
  async securityConfiguration(@CurrentCaller() caller: Caller, @Args('name') name: string) {
    const command = { name: validate(nameString, name) };
    const found = await orNull(this.#useCases.run(caller, getSecurityConfiguration, command));
    return found && toConfigurationNode(found);
  }

  @Query('securityConfigurations')
  async securityConfigurations(@CurrentCaller() caller: Caller, @Args() args: PageArguments) {
    const page = await this.#useCases.run(caller, getSecurityConfigurations, pageRequest(args, MAX_PAGE));
    return toConnection(page, toConfigurationNode);
  }

  @Mutation('createSecurityConfiguration')
  async createSecurityConfiguration(
    @CurrentCaller() caller: Caller,
    @Args('input') input: ConfigurationMembers,
  ) {
    const configuration = validate(
      encryptionConfiguration,
      given({
        S3Encryption: input.s3?.map((each) => modeOf(each, 'S3EncryptionMode')),
        CloudWatchEncryption: modeOf(input.cloudWatch, 'CloudWatchEncryptionMode'),
        JobBookmarksEncryption: modeOf(input.jobBookmarks, 'JobBookmarksEncryptionMode'),
        DataQualityEncryption: modeOf(input.dataQuality, 'DataQualityEncryptionMode'),
      }),
    );
    const command = { name: validate(nameString, input.name), configuration };
    const made = await this.#useCases.run(caller, createSecurityConfiguration, command);
    return { securityConfiguration: toConfigurationNode(made) };
  }

  @Mutation('deleteSecurityConfiguration')
  async deleteSecurityConfiguration(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly name: string },
  ) {
    const name = validate(nameString, input.name);
    await this.#useCases.run(caller, deleteSecurityConfiguration, { name });
    return { name };
  }

  @Query('encryptionSettings')
  async encryptionSettings(@CurrentCaller() caller: Caller, @Args('catalogId') id?: string | null) {
    const command = { catalogId: validate(catalogId, id ?? undefined) ?? caller.accountId };
    return toSettingsNode(await this.#useCases.run(caller, getEncryptionSettings, command));
  }

  @Mutation('putEncryptionSettings')
  async putEncryptionSettings(@CurrentCaller() caller: Caller, @Args('input') input: SettingsMembers) {
    const settings = await this.#useCases.run(caller, putEncryptionSettings, {
      catalogId: validate(catalogId, input.catalogId ?? undefined) ?? caller.accountId,
      settings: toSettings(input),
    });
    return { encryptionSettings: toSettingsNode(settings) };
  }

  @Query('resourcePolicy')
  resourcePolicy(@CurrentCaller() caller: Caller) {
    return orNull(this.#useCases.run(caller, getResourcePolicy, {}));
  }

  @Mutation('putResourcePolicy')
  async putResourcePolicy(@CurrentCaller() caller: Caller, @Args('input') input: object) {
    const { policy, hashCondition, existsCondition: exists, enableHybrid } = validate(policyInput, input);
    return {
      resourcePolicy: await this.#useCases.run(caller, putResourcePolicy, {
        policy,
        hashCondition: hashCondition ?? undefined,
        existsCondition: exists ?? 'NONE',
        enableHybrid: enableHybrid ?? false,
      }),
    };
  }

  @Mutation('deleteResourcePolicy')
  async deleteResourcePolicy(
    @CurrentCaller() caller: Caller,
    @Args('input') input: { readonly hashCondition?: string | null },
  ) {
    const hashCondition = validate(hashString.optional(), input.hashCondition ?? undefined);
    await this.#useCases.run(caller, deleteResourcePolicy, { hashCondition });
    return { catalogId: caller.accountId };
  }
}
