'use strict';

// A plugin for osls: the throttle of the API fits the account, at the moment of the deployment. It says what it did. Where the
// quota cannot be read, the throttle is as wanted: a right that is missing is no reason not to deploy.

const askPython = require('./project_python.js');

module.exports = class FitThrottle {
  constructor(serverless, options, { log } = {}) {
    this.serverless = serverless;
    this.log = log;
    // behind stage_secrets.js, which sets the parameters of the stack there
    this.hooks = { 'before:aws:deploy:deploy:updateStack': () => this.fit() };
  }

  async fit() {
    const { provider } = this.serverless.service;
    const { RequestsPerSecond: rate, RequestsInABurst: burst } = provider.compiledCloudFormationTemplate.Parameters;
    const wanted = [rate.Default, burst.Default].map(String);
    let found;
    try {
      found = await askPython(this.serverless, "Lambda's quota", ['infra.quota', ...wanted]);
    } catch (error) {
      this.log?.warning(`${error.message}\nRequests are limited as wanted: ${wanted.join(' a second, ')} in a burst.`);
      return;
    }
    const told = `Lambda runs ${found.quota} functions at once in this account`;
    const fits = String(found.rate) === wanted[0] && String(found.burst) === wanted[1];
    if (fits) this.log?.notice(`${told}: requests are limited as wanted, ${found.rate} a second, ${found.burst} in a burst.`);
    else {
      this.log?.warning(
        `${told}: requests are limited to ${found.rate} a second, ${found.burst} in a burst, instead of ${wanted.join(' and ')}.\n` +
          'More is wanted by: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 ' +
          '--desired-value 1000',
      );
    }
    provider.stackParameters = [
      ...(provider.stackParameters ?? []),
      { ParameterKey: 'RequestsPerSecond', ParameterValue: String(found.rate) },
      { ParameterKey: 'RequestsInABurst', ParameterValue: String(found.burst) },
    ];
  }
};
