export * from './arn.ts';
export * from './caller.ts';
export * from './clock.ts';
export * from './errors.ts';
export * from './ids.ts';
export * from './paging.ts';
export * from './secret.ts';
export * from './use-case.ts';
