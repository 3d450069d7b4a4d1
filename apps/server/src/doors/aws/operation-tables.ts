import type { ConnectionProbe } from '@lakewarden/catalog';
import type { MasterKeys, TokenService } from '@lakewarden/identity';

import { glueOperations } from './glue/glue.operations.ts';
import { iamOperations } from './iam/iam.operations.ts';
import { lakeFormationOperations } from './lakeformation/lakeformation.operations.ts';
import { stsOperations } from './sts/sts.operations.ts';

/** Every operation of the AWS doors, by service. */
export const operationTables = (keys: MasterKeys, tokens: TokenService, probe: ConnectionProbe) => ({
  glue: glueOperations({ keys, probe }),
  iam: iamOperations(keys),
  lakeformation: lakeFormationOperations,
  sts: stsOperations(keys, tokens),
});
