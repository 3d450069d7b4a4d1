import { randomUUID } from 'node:crypto';

import {
  decodeJson,
  decodeQuery,
  encodeQueryAnswer,
  type PresentedCredential,
  type Protocol,
  publicError,
  readCredential,
  recogniseAction,
  recogniseTarget,
  renderError,
  type Service,
  type ServiceName,
  SERVICES,
  verifySignature,
} from '@lakewarden/aws-wire';
import { type Caller, type Clock, LakewardenError, type Secret, type UseCases } from '@lakewarden/kernel';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { transportFault } from '../transport-fault.ts';
import type { OperationTable } from './operation.ts';

/** spec/wire.md §6. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** contract.md §5. */
export const REVISION_HEADER = 'x-lakewarden-revision';

export interface AwsDoorPorts {
  readonly useCases: UseCases;
  readonly clock: Clock;
  readonly operations: Partial<Record<ServiceName, OperationTable>>;
  /**
   * Who signs with that key; undefined where nobody does.
   * @param isFresh from the database, not from memory
   * @throws UnrecognizedClientException, ExpiredTokenException the session token
   */
  findSigner(credential: SigningKeyName, isFresh: boolean): Promise<Signer | undefined>;
  /** One call a request, with how it went. */
  observe(observation: { service: string; operation: string; code: string; seconds: number }): void;
}

/** A key as a request names it. */
export interface SigningKeyName {
  readonly accessKeyId: string;
  readonly sessionToken?: string;
}

export interface Signer {
  readonly secret: Secret<string>;
  readonly principal: Omit<Caller, 'request'>;
}

interface Understood {
  readonly service: Service;
  readonly operation: string;
  /** Parsed after the signature is verified. */
  readonly input: () => unknown;
}

interface Outcome {
  readonly requestId: string;
  readonly understood?: Understood | undefined;
  readonly caller?: Caller | undefined;
  readonly code: string;
  readonly elapsedMs: number;
}

const CONTENT_TYPES: Readonly<Record<Protocol, string>> = {
  json: 'application/x-amz-json-1.1',
  'rest-json': 'application/json',
  query: 'text/xml',
};

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const splitUrl = (url: string): [path: string, query: string] => {
  const mark = url.indexOf('?');
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
};

/** spec/wire.md §1: by the target, else the path `/` is Query's and every other REST-JSON's. */
const protocolOf = (request: FastifyRequest): Protocol => {
  if (header(request, 'x-amz-target') !== undefined) return 'json';
  return splitUrl(request.raw.url ?? '/')[0] === '/' ? 'query' : 'rest-json';
};

/** The AWS doors: recognise the operation, verify the signature, run the use case, answer in the protocol's form. */
export function registerAwsDoor(fastify: FastifyInstance, ports: AwsDoorPorts): void {
  const handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const startedAt = performance.now();
    const requestId = randomUUID();
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const protocol = protocolOf(request);
    let understood: Understood | undefined;
    let caller: Caller | undefined;
    let code = 'OK';
    void reply.header('x-amzn-requestid', requestId);
    try {
      const [rawPath, rawQuery] = splitUrl(request.raw.url ?? '/');
      const signed = { method: request.method, rawPath, rawQuery, rawHeaders: request.raw.rawHeaders, body };
      const credential = readCredential(signed);
      understood = understand(request, [rawPath, rawQuery], body, credential);
      const revision = header(request, REVISION_HEADER);
      const signer = await ports.findSigner(credential, revision !== undefined);
      if (signer === undefined) {
        throw new LakewardenError(
          'UnrecognizedClientException',
          'The security token included in the request is invalid.',
        );
      }
      verifySignature(signed, credential, {
        secretAccessKey: signer.secret,
        expectedService: understood.service.signingName,
        now: ports.clock.now(),
      });
      caller = {
        ...signer.principal,
        request: { id: requestId, sourceIp: request.ip, ...(revision !== undefined && { revision }) },
      };
      const table = ports.operations[understood.service.name];
      const operation =
        table !== undefined && Object.hasOwn(table, understood.operation)
          ? table[understood.operation]
          : undefined;
      if (operation === undefined) {
        throw new LakewardenError(
          'UnknownOperationException',
          `Unrecognized operation ${understood.operation}`,
        );
      }
      const text =
        protocol !== 'query'
          ? await operation.handleAsJson(ports.useCases, caller, understood.input())
          : encodeQueryAnswer(
              understood.service,
              understood.operation,
              await operation.handle(ports.useCases, caller, understood.input()),
              requestId,
            );
      if (caller.request.writtenRevision !== undefined) {
        void reply.header(REVISION_HEADER, caller.request.writtenRevision);
      }
      return await reply.header('content-type', CONTENT_TYPES[protocol]).send(text);
    } catch (error) {
      const seen = publicError(error);
      code = seen.code;
      if (seen !== error || code === 'ServiceUnavailableException') {
        request.log.error({ err: error, requestId }, 'unexpected');
      }
      const rendered = renderError(protocol, understood?.service, error, requestId);
      return await reply.code(rendered.status).headers(rendered.headers).send(rendered.body);
    } finally {
      note(request, { requestId, understood, caller, code, elapsedMs: performance.now() - startedAt });
    }
  };

  const note = (request: FastifyRequest, outcome: Outcome): void => {
    const { requestId, understood, caller, code, elapsedMs } = outcome;
    const service = understood?.service.name ?? 'unknown';
    // An operation's name is a caller's text until a table knows it.
    const isKnown =
      understood !== undefined &&
      Object.hasOwn(ports.operations[understood.service.name] ?? {}, understood.operation);
    const operation = isKnown ? understood.operation : 'unknown';
    ports.observe({ service, operation, code, seconds: elapsedMs / 1000 });
    request.log.info(
      {
        requestId,
        action: `${service}:${operation}`,
        principal: caller?.arn,
        invocationId: header(request, 'amz-sdk-invocation-id'),
        code,
        ms: Math.round(elapsedMs * 100) / 100,
      },
      'request',
    );
  };

  fastify.setErrorHandler(async (error, request, reply) => {
    const requestId = randomUUID();
    const fault = transportFault(error);
    if (fault === undefined) request.log.error({ err: error, requestId }, 'unexpected');
    const rendered = renderError(protocolOf(request), undefined, fault, requestId);
    note(request, { requestId, code: publicError(fault).code, elapsedMs: reply.elapsedTime });
    return reply.code(rendered.status).headers(rendered.headers).send(rendered.body);
  });
  fastify.post('/', { bodyLimit: MAX_BODY_BYTES }, handle);
  for (const operation of Object.keys(ports.operations.lakeformation ?? {})) {
    fastify.post(`/${operation}`, { bodyLimit: MAX_BODY_BYTES }, handle);
  }
  // A presigned Query request may be a GET: an identity proof, as Vault and Kubernetes send it.
  fastify.get<{ Querystring: { readonly Action?: unknown } }>('/', (request, reply) => {
    if (request.query.Action !== undefined) return handle(request, reply);
    reply.callNotFound();
    return reply;
  });
}

/** Said before the body is looked at: `not valid JSON` would help nobody here. */
function refuseEncoded(request: FastifyRequest): void {
  const encoding = header(request, 'content-encoding') ?? 'identity';
  const type = header(request, 'content-type') ?? '';
  if (encoding !== 'identity') {
    throw new LakewardenError('SerializationException', `Content-Encoding ${encoding} is not supported.`);
  }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    throw new LakewardenError(
      'SerializationException',
      'A request with X-Amz-Target has a body of JSON: send Content-Type application/x-amz-json-1.1.',
    );
  }
}

function understand(
  request: FastifyRequest,
  [rawPath, rawQuery]: readonly [path: string, query: string],
  body: Buffer,
  credential: PresentedCredential,
): Understood {
  const target = header(request, 'x-amz-target');
  if (target !== undefined) {
    refuseEncoded(request);
    return { ...recogniseTarget(target), input: () => decodeJson(body) };
  }
  if (rawPath !== '/') {
    refuseEncoded(request);
    return { service: SERVICES.lakeformation, operation: rawPath.slice(1), input: () => decodeJson(body) };
  }
  const form = decodeQuery(body.length > 0 ? body.toString('utf8') : rawQuery);
  const { Action: action, Version: version, ...input } = form;
  return { ...recogniseAction(action, version, credential.service), input: () => input };
}
