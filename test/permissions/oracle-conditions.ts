/** What is true of every session of the stories: from 127.0.0.1, without a second factor, without tags, after 2026. */
export const STORY_CONDITIONS: Readonly<Record<string, boolean>> = {
  'context.sourceIp in ["127.0.0.0/8"]': true,
  'context.sourceIp = "10.0.0.1"': false,
  'context.mfa = true': false,
  'context.mfa = false': true,
  'context.time > "2020-01-01T00:00:00Z" AND context.time < "2120-01-01T00:00:00Z"': true,
  'context.time < "2020-01-01T00:00:00Z"': false,
  'context.tags["team"] = "blue"': false,
  'NOT context.tags["team"] = "blue"': false,
  'context.mfa || context.sourceIp == "127.0.0.1"': true,
};
