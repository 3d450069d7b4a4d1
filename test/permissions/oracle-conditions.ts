/** The one caller whose session has a tag: team=blue. What is said of tags that a session does not have never holds. */
const TAGGED = 'session/reader';

/** Of whom each is true: every session is from 127.0.0.1, without a second factor, after 2026. */
export const STORY_CONDITIONS: Readonly<Record<string, 'everybody' | 'nobody' | 'the tagged'>> = {
  'context.sourceIp in ["127.0.0.0/8"]': 'everybody',
  'context.sourceIp = "10.0.0.1"': 'nobody',
  'context.mfa = true': 'nobody',
  'context.mfa = false': 'everybody',
  'context.time > "2020-01-01T00:00:00Z" AND context.time < "2120-01-01T00:00:00Z"': 'everybody',
  'context.time < "2020-01-01T00:00:00Z"': 'nobody',
  'context.tags["team"] = "blue"': 'the tagged',
  'NOT context.tags["team"] = "blue"': 'nobody',
  'NOT context.tags["team"] = "red"': 'the tagged',
  'context.tags["team"] = "red" OR context.sourceIp in ["127.0.0.0/8"]': 'everybody',
  'context.mfa || context.sourceIp == "127.0.0.1"': 'everybody',
};

/** Whether what is under the condition counts for a caller of these names. */
export function isTrueOf(names: readonly string[], when: string | undefined): boolean {
  if (when === undefined) return true;
  const whom = STORY_CONDITIONS[when];
  return whom === 'everybody' || (whom === 'the tagged' && names.includes(TAGGED));
}
