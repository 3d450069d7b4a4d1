import { preparsePolicySet, statefulIsAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { newEnforcer, newModelFromString } from 'casbin';

/** Whether that user may SELECT from that table. */
export type Ask = (user: string, table: string) => boolean;

/** Who may SELECT from what, one grant each. */
export type Grants = readonly (readonly [user: string, table: string])[];

const MODEL = `
[request_definition]
r = sub, obj, act
[policy_definition]
p = sub, obj, act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.sub == p.sub && r.obj == p.obj && r.act == p.act`;

/** node-casbin as its own first example has it: one enforcer that holds every policy. */
export async function plainCasbin(grants: Grants): Promise<Ask> {
  const model = newModelFromString(MODEL);
  for (const [user, table] of grants) model.addPolicy('p', 'p', [user, table, 'SELECT']);
  const enforcer = await newEnforcer(model);
  return (user, table) => enforcer.enforceSync(user, table, 'SELECT');
}

/** Cedar, with its policies parsed beforehand. */
export function cedar(grants: Grants): Ask {
  const staticPolicies = grants
    .map(
      ([user, table]) =>
        `permit(principal == User::"${user}", action == Action::"SELECT", resource == Table::"${table}");`,
    )
    .join('\n');
  const id = `grants of ${String(grants.length)}`;
  const parsed = preparsePolicySet(id, { staticPolicies });
  if (parsed.type === 'failure') throw new Error(JSON.stringify(parsed.errors));
  return (user, table) => {
    const answer = statefulIsAuthorized({
      principal: { type: 'User', id: user },
      action: { type: 'Action', id: 'SELECT' },
      resource: { type: 'Table', id: table },
      context: {},
      preparsedPolicySetId: id,
      entities: [],
    });
    if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
    return answer.response.decision === 'allow';
  };
}
