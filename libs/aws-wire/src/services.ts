import { LakewardenError } from '@lakewarden/kernel';

export type ServiceName =
  | 'glue'
  | 'athena'
  | 'redshift-data'
  | 'redshift-serverless'
  | 'lakeformation'
  | 'ram'
  | 'sts'
  | 'iam'
  | 'redshift';
export type Protocol = 'json' | 'rest-json' | 'query';

export interface Service {
  readonly name: ServiceName;
  readonly protocol: Protocol;
  readonly signingName: string;
  readonly version: string;
  /** JSON 1.1: what stands before the dot in X-Amz-Target. */
  readonly targetPrefix?: string;
  /** Query: the answers' namespace. */
  readonly xmlNamespace?: string;
}

/** spec/wire.md §1. */
export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  glue: {
    name: 'glue',
    protocol: 'json',
    signingName: 'glue',
    version: '2017-03-31',
    targetPrefix: 'AWSGlue',
  },
  athena: {
    name: 'athena',
    protocol: 'json',
    signingName: 'athena',
    version: '2017-05-18',
    targetPrefix: 'AmazonAthena',
  },
  'redshift-data': {
    name: 'redshift-data',
    protocol: 'json',
    signingName: 'redshift-data',
    version: '2019-12-20',
    targetPrefix: 'RedshiftData',
  },
  'redshift-serverless': {
    name: 'redshift-serverless',
    protocol: 'json',
    signingName: 'redshift-serverless',
    version: '2021-04-21',
    targetPrefix: 'RedshiftServerless',
  },
  lakeformation: {
    name: 'lakeformation',
    protocol: 'rest-json',
    signingName: 'lakeformation',
    version: '2017-03-31',
  },
  ram: { name: 'ram', protocol: 'rest-json', signingName: 'ram', version: '2018-01-04' },
  sts: {
    name: 'sts',
    protocol: 'query',
    signingName: 'sts',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  },
  iam: {
    name: 'iam',
    protocol: 'query',
    signingName: 'iam',
    version: '2010-05-08',
    xmlNamespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  },
  redshift: {
    name: 'redshift',
    protocol: 'query',
    signingName: 'redshift',
    version: '2012-12-01',
    xmlNamespace: 'http://redshift.amazonaws.com/doc/2012-12-01/',
  },
};

const ALL = Object.values(SERVICES);
const BY_TARGET = new Map(
  ALL.flatMap((service) => (service.targetPrefix === undefined ? [] : [[service.targetPrefix, service]])),
);
const BY_VERSION = new Map(
  ALL.filter(({ protocol }) => protocol === 'query').map((service) => [service.version, service]),
);

export interface Recognised {
  readonly service: Service;
  readonly operation: string;
}

const unknownOperation = (): LakewardenError =>
  new LakewardenError('UnknownOperationException', 'Unrecognized operation');

/** JSON 1.1, by its X-Amz-Target. @throws UnknownOperationException */
export function recogniseTarget(target: string): Recognised {
  const dot = target.lastIndexOf('.');
  const service = BY_TARGET.get(target.slice(0, Math.max(dot, 0)));
  if (service === undefined) throw unknownOperation();
  return { service, operation: target.slice(dot + 1) };
}

/** Query, by Action and Version, and where the version is missing by the signature's scope. @throws UnknownOperationException */
export function recogniseAction(
  action: unknown,
  version: unknown,
  signingName: string | undefined,
): Recognised {
  const service =
    (typeof version === 'string' ? BY_VERSION.get(version) : undefined) ??
    ALL.find((each) => each.protocol === 'query' && each.signingName === signingName);
  if (service === undefined || typeof action !== 'string' || action === '') throw unknownOperation();
  return { service, operation: action };
}
