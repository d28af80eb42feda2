'use strict';

// A plugin for osls and serverless v3/v4: a stage is packaged only if it is told what it cannot do without.
//
// The names stand in `custom.mustBeSet`, which `params` of serverless.yml fill for each stage. A default would be worse than
// no deployment: pages of another origin would be allowed, no alarm would reach anybody, no reader could sign in.

const EXECUTE_API = 'execute-api';

// What a value has to look like, for the settings that have a shape; `name` is in the message.
const SHAPES = {
  SITE_ORIGIN: [isHttpsOrigin, 'an origin such as https://book.example.com, without a path'],
  BETTER_AUTH_URL: [isAddress, `an address such as https://api.example.com, or ${EXECUTE_API} for API Gateway's own, without API_DOMAIN`],
  API_DOMAIN: [isHost, 'a domain such as api.example.com'],
  API_HOSTED_ZONE: [isZone, 'a hosted zone in Route 53, such as example.com, or its id, and API_DOMAIN in it'],
  MAIL_HOSTED_ZONE: [isZone, 'a hosted zone in Route 53, such as example.com, or its id, and MAIL_IDENTITY, a domain in it'],
  ALARM_EMAIL: [(value) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value), 'an e-mail address'],
};

// Settings that may be missing, and the domain without which they mean nothing.
const BESIDE = { API_DOMAIN: 'API_DOMAIN', API_HOSTED_ZONE: 'API_DOMAIN', MAIL_HOSTED_ZONE: 'MAIL_IDENTITY' };

// A stack, its roles and its queues are named for their stage, and only `prod` is held to what readers need.
const NAMES = /^[a-z][a-z0-9-]{0,19}$/;
const FOR_READERS = 'prod';
const SOUNDS_SO = /^(prod|prd|production|live|main|public)$/i;

module.exports = class StageSettings {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:package:initialize': () => this.check(),
      'before:aws:package:finalize:mergeCustomProviderResources': () => this.fillAddress(),
    };
  }

  check() {
    const { service, classes } = this.serverless;
    const stage = this.serverless.getProvider('aws').getStage();
    const misnamed = complaintOfName(stage);
    if (misnamed) throw new classes.Error(`There is no stage ${stage}: ${misnamed}`);
    const needed = String(service.custom.mustBeSet ?? '').split(' ').filter(Boolean);
    const given = Object.keys(BESIDE).filter((name) => process.env[name]);
    const wrong = [...needed.flatMap(complaint), ...given.flatMap(complaint)];
    if (wrong.length === 0) return;
    throw new classes.Error(`The stage ${stage} cannot be deployed yet. Write into .env.${stage}:\n${wrong.join('\n')}`);
  }

  // The word becomes the reference that stands for it in serverless.yml.
  fillAddress() {
    const { custom, provider, resources } = this.serverless.service;
    for (const { Type, Properties } of Object.values(provider.compiledCloudFormationTemplate.Resources)) {
      const variables = Type === 'AWS::Lambda::Function' ? Properties.Environment?.Variables : undefined;
      if (variables?.BETTER_AUTH_URL === EXECUTE_API) variables.BETTER_AUTH_URL = custom.executeApiUrl;
    }
    const { ApiUrl: output } = resources.Outputs;
    if (output.Value === EXECUTE_API) output.Value = custom.executeApiUrl;
  }
};

function complaintOfName(stage) {
  if (SOUNDS_SO.test(stage) && stage !== FOR_READERS) return `the one for readers is called ${FOR_READERS}`;
  return NAMES.test(stage) ? '' : 'a name is up to 20 small letters, digits and hyphens, and begins with a letter';
}

function complaint(name) {
  const value = process.env[name] ?? '';
  const [fits, shape] = SHAPES[name] ?? [Boolean, 'something'];
  return fits(value, name) ? [] : [`  ${name} (${value ? 'is not' : 'is missing'}: ${shape})`];
}

function isHttpsOrigin(value) {
  return URL.canParse(value) && new URL(value).origin === value && value.startsWith('https://');
}

// Cookies belong to the address at which accounts were made: with a domain, it is not the one that API Gateway gives.
function isAddress(value) {
  if (value === EXECUTE_API) return !process.env.API_DOMAIN;
  return URL.canParse(value) && new URL(value).protocol === 'https:';
}

function isHost(value = '') {
  return /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/.test(value);
}

// By its id, or by its name (hosted_zones.js), which its domains end in.
function isZone(value, name) {
  const domain = process.env[BESIDE[name]];
  const named = isHost(value) && `.${domain}`.endsWith(`.${value}`);
  return isHost(domain) && (named || /^Z[A-Z0-9]+$/.test(value));
}
