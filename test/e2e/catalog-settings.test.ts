import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { graphql, login } from '../support/graphql.ts';
import { DATABASES, type Lake, startLake } from '../support/lake.ts';

const OWN = '111122223333';
const CATALOG = `arn:aws:glue:us-east-1:${OWN}:catalog`;
const anyNumber = expect.any(Number) as number;

const policyOf = (more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::444455556666:root' },
        Action: ['glue:GetTable'],
        Resource: [`arn:aws:glue:us-east-1:${OWN}:database/*`],
        ...more,
      },
    ],
  });

describe.each(DATABASES)('classifiers, settings and resource policies on %s', (databaseName) => {
  let lake: Lake;
  let token: string;

  beforeAll(async () => {
    lake = await startLake(databaseName);
    token = await login(lake);
  });
  afterAll(async () => {
    await lake.stop();
  });

  const ask = async (question: string, variables: object = {}) => {
    const { data, errors } = await graphql(lake, question, variables, token);
    return errors === undefined
      ? data
      : errors.map(({ extensions, message }) => `${extensions.code}: ${message}`);
  };

  describe('classifiers', () => {
    const csv = {
      Name: 'Semicolons',
      Delimiter: ';',
      QuoteSymbol: '"',
      ContainsHeader: 'PRESENT',
      Header: ['a', 'b'],
      DisableValueTrimming: true,
      AllowSingleColumn: false,
      Serde: 'LazySimpleSerDe',
    };

    it.each([
      [
        'GrokClassifier',
        { Name: 'g', Classification: 'logs', GrokPattern: '%{IP:ip}', CustomPatterns: 'X \\d+' },
      ],
      ['XMLClassifier', { Name: 'x', Classification: 'xml', RowTag: 'row' }],
      ['JsonClassifier', { Name: 'j', JsonPath: '$[*]' }],
      ['CsvClassifier', csv],
    ])('given a %s, keeps all that was said of it, at version 1', async (kind, member) => {
      await lake.ok('CreateClassifier', { [kind]: member });
      expect(await lake.ok('GetClassifier', { Name: member.Name })).toEqual({
        Classifier: { [kind]: { ...member, CreationTime: anyNumber, LastUpdated: anyNumber, Version: 1 } },
      });
      expect(
        await lake.refused('CreateClassifier', { JsonClassifier: { Name: member.Name, JsonPath: '$' } }),
      ).toBe(`AlreadyExistsException: Classifier ${member.Name} already exists.`);
    });

    it('given none of the four or two of them, refuses', async () => {
      const one = /^InvalidInputException: Exactly one of GrokClassifier, XMLClassifier/;
      expect(await lake.refused('CreateClassifier')).toMatch(one);
      const both = { JsonClassifier: { Name: 'a', JsonPath: '$' }, CsvClassifier: { Name: 'a' } };
      expect(await lake.refused('CreateClassifier', both)).toMatch(one);
      expect(await lake.refused('UpdateClassifier', both)).toMatch(one);
      expect(await lake.refused('GetClassifier', { Name: 'a' })).toBe(
        'EntityNotFoundException: Classifier a not found.',
      );
    });

    it('given a delimiter that is also the quote, refuses, when it is changed as well', async () => {
      const same = /InvalidInputException: Classifier same: Delimiter and QuoteSymbol are the same/;
      expect(
        await lake.refused('CreateClassifier', {
          CsvClassifier: { Name: 'same', Delimiter: '|', QuoteSymbol: '|' },
        }),
      ).toMatch(same);
      await lake.ok('CreateClassifier', { CsvClassifier: { Name: 'same', Delimiter: '|' } });
      expect(
        await lake.refused('UpdateClassifier', { CsvClassifier: { Name: 'same', QuoteSymbol: '|' } }),
      ).toMatch(same);
    });

    it('given an update, keeps what it leaves out, counts versions, and refuses an old one', async () => {
      const grok = { Name: 'upd', Classification: 'logs', GrokPattern: '%{IP:ip}' };
      await lake.ok('CreateClassifier', { GrokClassifier: grok });
      await lake.ok('UpdateClassifier', { GrokClassifier: { Name: 'upd', Classification: 'other' } });
      const { Classifier: found } = await lake.ok('GetClassifier', { Name: 'upd' });
      expect(found).toMatchObject({
        GrokClassifier: { ...grok, Classification: 'other', Version: 2 },
      });
      expect(
        await lake.refused('UpdateClassifier', {
          GrokClassifier: { Name: 'upd', Version: 1, Classification: 'z' },
        }),
      ).toBe('VersionMismatchException: Classifier upd is at version 2, not 1.');
      expect(await lake.refused('UpdateClassifier', { CsvClassifier: { Name: 'upd' } })).toMatch(
        /^InvalidInputException: Classifier upd is a GrokClassifier/,
      );
      await lake.ok('DeleteClassifier', { Name: 'upd' });
      expect(await lake.refused('DeleteClassifier', { Name: 'upd' })).toMatch(/^EntityNotFoundException/);
    });

    it('given many, pages through each of them once, in order, on both doors', async () => {
      const names = ['p1', 'p2', 'p3', 'p4', 'p5'];
      for (const Name of names)
        await lake.ok('CreateClassifier', { JsonClassifier: { Name, JsonPath: '$' } });
      const seen: string[] = [];
      for (let NextToken: unknown, first = true; first || NextToken !== undefined; first = false) {
        const page = await lake.ok('GetClassifiers', { MaxResults: 2, NextToken });
        seen.push(
          ...(page['Classifiers'] as Record<string, { Name: string }>[]).flatMap((each) =>
            Object.values(each).map(({ Name }) => Name),
          ),
        );
        ({ NextToken } = page);
      }
      expect(seen).toEqual([...new Set(seen)].sort());
      expect(seen).toEqual(expect.arrayContaining(names));
      const all = (await ask('{ classifiers { edges { node { name } } } }')) as {
        classifiers: { edges: { node: { name: string } }[] };
      };
      expect(all.classifiers.edges.map(({ node }) => node.name)).toEqual(seen);
    });

    it('in GraphQL, creates, changes with a version, and deletes', async () => {
      const fields = 'classifier { name kind version csv { delimiter header } grok { pattern } }';
      expect(
        await ask(
          `mutation { createClassifier(input: { name: "gq", csv: { delimiter: ",", header: ["a"] } }) { ${fields} } }`,
        ),
      ).toEqual({
        createClassifier: {
          classifier: {
            name: 'gq',
            kind: 'CSV',
            version: 1,
            csv: { delimiter: ',', header: ['a'] },
            grok: null,
          },
        },
      });
      const update = (version: number) =>
        ask(
          `mutation { updateClassifier(input: { name: "gq", version: ${String(version)}, csv: { delimiter: ";" } }) { ${fields} } }`,
        );
      expect(await update(1)).toMatchObject({
        updateClassifier: { classifier: { version: 2, csv: { delimiter: ';', header: ['a'] } } },
      });
      expect(await update(1)).toEqual(['VersionMismatchException: Classifier gq is at version 2, not 1.']);
      await ask('mutation { deleteClassifier(input: { name: "gq" }) { name } }');
      expect(await ask('{ classifier(name: "gq") { name } }')).toEqual({ classifier: null });
    });
  });

  describe('security configurations', () => {
    const EncryptionConfiguration = {
      S3Encryption: [{ S3EncryptionMode: 'SSE-KMS', KmsKeyArn: 'arn:aws:kms:us-east-1:1:key/a' }],
      CloudWatchEncryption: { CloudWatchEncryptionMode: 'DISABLED' },
      JobBookmarksEncryption: {
        JobBookmarksEncryptionMode: 'CSE-KMS',
        KmsKeyArn: 'arn:aws:kms:us-east-1:1:key/b',
      },
    };

    it("given one, answers in Glue's two spellings and says moto's words of what is there and not", async () => {
      expect(await lake.ok('CreateSecurityConfiguration', { Name: 'sc', EncryptionConfiguration })).toEqual({
        Name: 'sc',
        CreatedTimestamp: anyNumber,
      });
      const shape = { Name: 'sc', CreatedTimeStamp: anyNumber, EncryptionConfiguration };
      expect(await lake.ok('GetSecurityConfiguration', { Name: 'sc' })).toEqual({
        SecurityConfiguration: shape,
      });
      expect(await lake.ok('GetSecurityConfigurations')).toEqual({ SecurityConfigurations: [shape] });
      expect(await lake.refused('CreateSecurityConfiguration', { Name: 'sc', EncryptionConfiguration })).toBe(
        'AlreadyExistsException: SecurityConfiguration sc already exists',
      );
      expect(
        await ask(
          '{ securityConfiguration(name: "sc") { s3 { mode kmsKeyArn } jobBookmarks { mode } dataQuality { mode } } }',
        ),
      ).toEqual({
        securityConfiguration: {
          s3: [{ mode: 'SSE-KMS', kmsKeyArn: 'arn:aws:kms:us-east-1:1:key/a' }],
          jobBookmarks: { mode: 'CSE-KMS' },
          dataQuality: null,
        },
      });
      await lake.ok('DeleteSecurityConfiguration', { Name: 'sc' });
      for (const operation of ['GetSecurityConfiguration', 'DeleteSecurityConfiguration']) {
        expect(await lake.refused(operation, { Name: 'sc' })).toBe(
          'EntityNotFoundException: SecurityConfiguration sc not found',
        );
      }
    });

    it('given an unknown mode, refuses it on both doors', async () => {
      const wrong = { S3Encryption: [{ S3EncryptionMode: 'ROT13' }] };
      expect(
        await lake.refused('CreateSecurityConfiguration', { Name: 'w', EncryptionConfiguration: wrong }),
      ).toMatch(/^ValidationException: .*s3EncryptionMode/);
      expect(
        await ask(
          'mutation { createSecurityConfiguration(input: { name: "w", s3: [{ mode: "ROT13" }] }) { securityConfiguration { name } } }',
        ),
      ).toEqual([expect.stringMatching(/^ValidationException/) as string]);
    });
  });

  describe('encryption settings', () => {
    it("given none, answers Glue's own; given some, gives them back as they were put", async () => {
      const read = async () =>
        (await lake.ok('GetDataCatalogEncryptionSettings'))['DataCatalogEncryptionSettings'];
      expect(await read()).toEqual({
        EncryptionAtRest: { CatalogEncryptionMode: 'DISABLED' },
        ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: false },
      });
      const settings = {
        EncryptionAtRest: { CatalogEncryptionMode: 'SSE-KMS', SseAwsKmsKeyId: 'key' },
        ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: true, AwsKmsKeyId: 'other' },
      };
      await lake.ok('PutDataCatalogEncryptionSettings', { DataCatalogEncryptionSettings: settings });
      expect(await read()).toEqual(settings);
      expect(
        await ask(
          '{ encryptionSettings { catalogEncryptionMode sseKmsKeyId returnConnectionPasswordEncrypted } }',
        ),
      ).toEqual({
        encryptionSettings: {
          catalogEncryptionMode: 'SSE-KMS',
          sseKmsKeyId: 'key',
          returnConnectionPasswordEncrypted: true,
        },
      });
      await ask(
        'mutation { putEncryptionSettings(input: { returnConnectionPasswordEncrypted: false }) { encryptionSettings { sseKmsKeyId } } }',
      );
      expect(await read()).toEqual({
        ConnectionPasswordEncryption: { ReturnConnectionPasswordEncrypted: false },
      });
      expect(
        await lake.refused('PutDataCatalogEncryptionSettings', {
          DataCatalogEncryptionSettings: { EncryptionAtRest: { CatalogEncryptionMode: 'MAYBE' } },
        }),
      ).toMatch(/^ValidationException: .*enum value set: \[DISABLED, SSE-KMS/);
    });
  });

  describe('resource policies', () => {
    it('given none, says so in the words of the original', async () => {
      expect(await lake.refused('GetResourcePolicy')).toBe('EntityNotFoundException: Policy not found');
      expect(await lake.refused('DeleteResourcePolicy')).toBe(
        'EntityNotFoundException: Policy does not exist',
      );
      expect(await lake.ok('GetResourcePolicies')).toEqual({ GetResourcePoliciesResponseList: [] });
      expect(
        await lake.refused('PutResourcePolicy', {
          PolicyInJson: policyOf(),
          PolicyExistsCondition: 'MUST_EXIST',
        }),
      ).toMatch(/^ConditionCheckFailureException/);
      expect(
        await lake.refused('PutResourcePolicy', { PolicyInJson: policyOf(), PolicyHashCondition: 'x' }),
      ).toMatch(/^ConditionCheckFailureException/);
    });

    it('given one, keeps its text byte for byte, and replaces and deletes under its hash alone', async () => {
      const text = ` ${policyOf({ Sid: 'é\\u0041' })}\n`;
      const { PolicyHash: hash } = await lake.ok('PutResourcePolicy', {
        PolicyInJson: text,
        EnableHybrid: 'TRUE',
      });
      const found = await lake.ok('GetResourcePolicy', { ResourceArn: CATALOG });
      expect(found).toEqual({
        PolicyInJson: text,
        PolicyHash: hash,
        CreateTime: anyNumber,
        UpdateTime: anyNumber,
      });
      expect(await lake.ok('GetResourcePolicies', { MaxResults: 1 })).toEqual({
        GetResourcePoliciesResponseList: [found],
      });
      expect(await ask('{ resourcePolicy { policy hash enableHybrid } }')).toEqual({
        resourcePolicy: { policy: text, hash, enableHybrid: true },
      });
      expect(
        await lake.refused('PutResourcePolicy', { PolicyInJson: text, PolicyExistsCondition: 'NOT_EXIST' }),
      ).toMatch(/^ConditionCheckFailureException/);
      const { PolicyHash: second } = await lake.ok('PutResourcePolicy', {
        PolicyInJson: policyOf(),
        PolicyHashCondition: hash,
        PolicyExistsCondition: 'MUST_EXIST',
      });
      expect(second).not.toBe(hash);
      expect(await lake.refused('DeleteResourcePolicy', { PolicyHashCondition: hash })).toMatch(
        /^ConditionCheckFailureException/,
      );
      expect((await lake.ok('GetResourcePolicy'))['CreateTime']).toBe(found['CreateTime']);
      await lake.ok('DeleteResourcePolicy', { PolicyHashCondition: second });
      expect(await lake.refused('GetResourcePolicy')).toBe('EntityNotFoundException: Policy not found');
    });

    it.each([
      ['no JSON', '{]', /not JSON/],
      ['an unknown element', '{"Statements":[]}', /"Statements"/],
      ['nobody it means', policyOf({ Principal: undefined }), /neither Principal nor NotPrincipal/],
      ['an unknown operator', policyOf({ Condition: { StringIs: { 'aws:userid': 'x' } } }), /StringIs/],
      [
        'another catalog',
        policyOf({ Resource: 'arn:aws:glue:us-east-1:444455556666:*' }),
        /outside this catalog/,
      ],
      ['another service', policyOf({ Resource: 'arn:aws:s3:::bucket' }), /outside this catalog/],
      ['too many bytes', policyOf({ Sid: 'x'.repeat(11_000) }), /may have 10240/],
    ])('given a policy with %s, refuses it and keeps none', async (_what, PolicyInJson, fault) => {
      expect(await lake.refused('PutResourcePolicy', { PolicyInJson })).toMatch(
        new RegExp(`^InvalidInputException: .*${fault.source}`, 's'),
      );
      expect(await lake.ok('GetResourcePolicies')).toEqual({ GetResourcePoliciesResponseList: [] });
    });

    it("given a single resource's ARN, refuses in Glue's words", async () => {
      expect(
        await lake.refused('PutResourcePolicy', {
          PolicyInJson: policyOf(),
          ResourceArn: `arn:aws:glue:us-east-1:${OWN}:database/db`,
        }),
      ).toBe('InvalidInputException: Glue resource level policy is not currently supported');
    });

    it('given two at once that both want there to be none, lets exactly one through', async () => {
      const put = () =>
        lake.glue('PutResourcePolicy', { PolicyInJson: policyOf(), PolicyExistsCondition: 'NOT_EXIST' });
      const answers = await Promise.all([put(), put(), put()]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
      await lake.ok('DeleteResourcePolicy');
    });
  });
});
