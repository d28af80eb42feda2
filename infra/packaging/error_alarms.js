'use strict';

// A plugin for osls and serverless v3/v4: an alarm for each function that no route leads to, which rings when an invocation
// ended in an exception, a time-out or a crash. Of the others each such end is a 5xx answer, which has an alarm in `resources`.

module.exports = class ErrorAlarms {
  constructor(serverless) {
    this.serverless = serverless;
    // before osls looks at what is to be merged into the template, so that `resources` may extend these as well
    this.hooks = { 'before:aws:package:finalize:mergeCustomProviderResources': () => this.add() };
  }

  add() {
    const { provider, functions } = this.serverless.service;
    const { naming } = this.serverless.getProvider('aws');
    const silent = Object.keys(functions)
      .filter((name) => !(functions[name].events ?? []).some((event) => event.httpApi))
      .map((name) => naming.getLambdaLogicalId(name));
    const { Resources: resources } = provider.compiledCloudFormationTemplate;
    for (const name of silent) resources[`${name}ErrorsAlarm`] = alarm(name);
  }
};

function alarm(name) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmDescription: 'An invocation raised, ran out of time or crashed: see the log group of the function',
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: name } }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: 'Alarms' }],
    },
  };
}
