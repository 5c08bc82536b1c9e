// What a document says a message looks like, held against what comes.

import assert from 'node:assert/strict';

import Ajv from 'ajv/dist/2020.js';

export class Schemas {
  #ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

  /// `document` as it is, but that an object may only have the members that are named, unless it says otherwise.
  constructor(document) {
    this.document = document;
    this.#ajv.addSchema(closed(document), 'document');
  }

  /// What stands at a JSON pointer, such as `/components/schemas/Race`; follows a reference there.
  at(pointer) {
    const steps = pointer.split('/').slice(1);
    const value = steps.reduce((part, step) => part?.[step.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
    return value?.$ref ? this.at(value.$ref.slice(1)) : value;
  }

  /// Fails where `value` is not as the schema at `pointer` says.
  check(pointer, value, what) {
    const validate = this.#ajv.getSchema(`document#${encodeURI(pointer)}`);
    assert.ok(validate, `no schema at ${pointer}`);
    assert.ok(
      validate(value),
      `${what}: ${this.#ajv.errorsText(validate.errors)}: ${JSON.stringify(value).slice(0, 500)}`,
    );
  }
}

/// The steps of a path as a JSON pointer.
export function pointer(...steps) {
  return steps.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function closed(value) {
  if (Array.isArray(value)) {
    return value.map(closed);
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const copy = Object.fromEntries(Object.entries(value).map(([key, each]) => [key, closed(each)]));
  if (value.type === 'object' && value.properties) {
    copy.additionalProperties ??= false;
  }
  return copy;
}
