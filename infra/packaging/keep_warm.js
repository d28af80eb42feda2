'use strict';

// A plugin for osls and serverless v3/v4: the function `keepWarm` learns which functions it keeps warm, and may call these and
// no others: all that have a route, as many containers of each as `custom.warmContainers` says, or one.
// With WARM=off its schedule is there and does nothing, and costs nothing.

const OFF = 'off';

module.exports = class KeepWarm {
  constructor(serverless) {
    this.serverless = serverless;
    this.hooks = {
      'before:package:initialize': () => this.schedule(),
      // as in error_alarms.js
      'before:aws:package:finalize:mergeCustomProviderResources': () => this.fill(),
    };
  }

  schedule() {
    const { service, classes } = this.serverless;
    const { keepWarm, containers } = this.settings();
    const unknown = Object.keys(containers).filter((name) => !this.routed().includes(name));
    if (unknown.length) throw new classes.Error(`warmContainers: no function with a route is called ${unknown.join(', ')}.`);
    if (!['on', OFF].includes(service.custom.warm)) throw new classes.Error(`WARM is on or off, not ${service.custom.warm}.`);
    for (const { schedule } of keepWarm.events) schedule.enabled = service.custom.warm !== OFF;
  }

  fill() {
    const { provider, resources } = this.serverless.service;
    const { containers } = this.settings();
    const compiled = provider.compiledCloudFormationTemplate.Resources;
    const { naming } = this.serverless.getProvider('aws');
    const called = this.routed().map((name) => [name, this.target(compiled, naming.getLambdaLogicalId(name))]);
    compiled[naming.getLambdaLogicalId('keepWarm')].Properties.Environment.Variables.WARM_FUNCTIONS = {
      'Fn::Join': ['', called.flatMap(([name, target], index) => [index ? ',' : '', target, `=${containers[name] ?? 1}`])],
    };
    const [{ PolicyDocument: document }] = resources.Resources.KeepWarmRole.Properties.Policies;
    const statement = document.Statement.find(({ Action }) => Action.includes('lambda:InvokeFunction'));
    statement.Resource = called.map(([name, target]) => arn(naming.getLambdaLogicalId(name), target));
  }

  settings() {
    const { custom, functions } = this.serverless.service;
    return { keepWarm: functions.keepWarm, containers: custom.warmContainers };
  }

  routed() {
    const { functions } = this.serverless.service;
    return Object.keys(functions).filter((name) => (functions[name].events ?? []).some((event) => event.httpApi ?? event.http));
  }

  // What a route calls: the function, or the version of it that SnapStart wakes.
  target(compiled, logicalId) {
    const aliases = Object.entries(compiled).filter(
      ([, { Type, Properties }]) => Type === 'AWS::Lambda::Alias' && Properties.FunctionName.Ref === logicalId,
    );
    return { Ref: aliases[0]?.[0] ?? logicalId };
  }
};

// The reference of an alias is its address already.
function arn(logicalId, target) {
  return target.Ref === logicalId ? { 'Fn::GetAtt': [logicalId, 'Arn'] } : target;
}
