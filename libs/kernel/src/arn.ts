/** ARNs are printed here and nowhere else. */
export interface ArnHome {
  readonly region: string;
  readonly accountId: string;
}

export const userArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:user${path}${name}`;

export const roleArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:role${path}${name}`;

export const groupArn = (accountId: string, path: string, name: string): string =>
  `arn:aws:iam::${accountId}:group${path}${name}`;

export const catalogArn = (home: ArnHome): string => `arn:aws:glue:${home.region}:${home.accountId}:catalog`;

export const databaseArn = (home: ArnHome, database: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:database/${database}`;

export const tableArn = (home: ArnHome, database: string, table: string): string =>
  `arn:aws:glue:${home.region}:${home.accountId}:table/${database}/${table}`;

const accountIdPattern = /^\d{12}$/;

/** Whether the text is an AWS account id: twelve digits. */
export const isAccountId = (text: string): boolean => accountIdPattern.test(text);
