'use strict';

// A plugin for osls and serverless v3/v4: a stage is packaged only if it is told what it cannot do without.
//
// The names stand in `custom.mustBeSet`, which `params` of serverless.yml fill for each stage. A default would be worse than
// no deployment: pages of another origin would be allowed, no alarm would reach anybody, no reader could sign in.

const EXECUTE_API = 'execute-api';

// What a value has to look like, for the settings that have a shape; `name` is in the message.
const SHAPES = {
  SITE_ORIGIN: [isOrigin, 'an origin such as https://book.example.com, without a path or a slash at its end'],
  BETTER_AUTH_URL: [isAddress, `an address such as https://api.example.com, or ${EXECUTE_API} for API Gateway's own, without API_DOMAIN`],
  API_DOMAIN: [isHost, 'a domain such as api.example.com'],
  API_HOSTED_ZONE: [isZone, 'a hosted zone in Route 53, such as example.com, or its id, and API_DOMAIN in it'],
  MAIL_HOSTED_ZONE: [isZone, 'a hosted zone in Route 53, such as example.com, or its id, and MAIL_IDENTITY, a domain in it'],
  MODEL_URL: [isHttps, 'an address such as https://api.openai.com/v1'],
  MODEL_FALLBACK_URL: [isHttps, 'an address such as https://api.openai.com/v1'],
  MODEL_NAME: [Boolean, 'what the provider calls the model'],
  MODEL_FALLBACK_NAME: [Boolean, 'what the provider calls the model'],
  ALARM_EMAIL: [(value) => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value), 'an e-mail address'],
};

// Settings that may be missing, and the domain without which they mean nothing.
const BESIDE = { API_DOMAIN: 'API_DOMAIN', API_HOSTED_ZONE: 'API_DOMAIN', MAIL_HOSTED_ZONE: 'MAIL_IDENTITY' };

// What is looked at in every stage that has it: wrong, it would keep readers out or stop every answer. And what belongs to it.
const WHERE_GIVEN = ['SITE_ORIGIN', 'MODEL_URL', 'MODEL_FALLBACK_URL', ...Object.keys(BESIDE)];
const TOGETHER = { MODEL_URL: 'MODEL_NAME', MODEL_FALLBACK_URL: 'MODEL_FALLBACK_NAME' };

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
    const given = WHERE_GIVEN.filter((name) => process.env[name]);
    const named = new Set([...needed, ...given, ...given.map((name) => TOGETHER[name]).filter(Boolean)]);
    const wrong = [...named].flatMap((name) => complaint(name, stage));
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

function complaint(name, stage) {
  const value = process.env[name] ?? '';
  const [fits, shape] = SHAPES[name] ?? [Boolean, 'something'];
  return fits(value, name, stage) ? [] : [`  ${name} (${value ? 'is not' : 'is missing'}: ${shape})`];
}

// Only a stage that no reader visits may belong to pages of somebody's own machine.
function isOrigin(value, name, stage) {
  const isSafe = value.startsWith('https://') || (stage !== FOR_READERS && value.startsWith('http://'));
  return URL.canParse(value) && new URL(value).origin === value && isSafe;
}

// Cookies belong to the address at which accounts were made: with a domain, it is not the one that API Gateway gives.
function isAddress(value) {
  if (value === EXECUTE_API) return !process.env.API_DOMAIN;
  return isHttps(value);
}

function isHttps(value) {
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
