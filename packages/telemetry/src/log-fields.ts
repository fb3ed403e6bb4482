import type { secretFields } from "./secret.ts";

type Forbidden = { readonly [Field in (typeof secretFields)[number]]?: never };

/**
 * The fields that lines share (docs/observability.md#log-events), plus whatever an event knows. Never secrets, stacks
 * of others or personal data.
 */
export interface LogFields extends Forbidden {
  readonly gift_id?: string;
  readonly request_id?: string;
  readonly error_code?: string;
  readonly error_message?: string;
  readonly [field: string]: string | number | boolean | null | undefined;
}
