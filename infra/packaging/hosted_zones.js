'use strict';

// A plugin for osls: hosted zones that a stage names by their names (API_HOSTED_ZONE, MAIL_HOSTED_ZONE) become the ids by which the
// stack knows them. A name that no zone has, or more than one, stops the deployment before it has changed anything.

const askPython = require('./project_python.js');

const ZONES = ['ApiZone', 'MailZone'];

module.exports = class HostedZones {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:aws:deploy:deploy:createStack': async () => {
        this.parameters = await this.find();
      },
      // behind stage_secrets.js, which sets the parameters of the stack there
      'before:aws:deploy:deploy:updateStack': () => {
        const { provider } = this.serverless.service;
        provider.stackParameters = [...(provider.stackParameters ?? []), ...(this.parameters ?? [])];
      },
    };
  }

  async find() {
    const { Parameters: declared } = this.serverless.service.provider.compiledCloudFormationTemplate;
    const named = ZONES.filter((name) => declared[name].Default.includes('.'));
    if (named.length === 0) return [];
    const words = ['infra.hosted_zones', ...new Set(named.map((name) => declared[name].Default))];
    const ids = await askPython(this.serverless, 'Hosted zones', words);
    return named.map((name) => ({ ParameterKey: name, ParameterValue: ids[declared[name].Default] }));
  }
};
