using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using RunLedger.Contracts;

namespace RunLedger.Tests.Support;

/// <summary>
/// The wire in one document, AsyncAPI 3.0 (https://www.asyncapi.com/docs/reference/specification/v3.0.0), from the
/// records: an exchange per contract, what goes through it, and who sends it.
/// </summary>
static class AsyncApi
{
    public static string Of(IReadOnlyDictionary<string, Type> contracts)
    {
        var names = contracts.Keys.Order(StringComparer.Ordinal).ToList();
        var yaml = new StringBuilder(
            """
            # Generated from the records of RunLedger.Contracts; a test keeps it so.
            asyncapi: 3.0.0
            info:
              title: RunLedger
              version: 1.0.0
              description: >-
                Runtime components publish what happens to their runs; the ledger consumes it and says in turn what it found.
                Repeated, delayed and reordered messages change nothing.
              license:
                name: Apache-2.0
                url: https://www.apache.org/licenses/LICENSE-2.0
            defaultContentType: application/json
            servers:
              rabbitmq:
                host: 127.0.0.1:5672
                protocol: amqp
                description: RabbitMQ, as ConnectionStrings__RabbitMq names it.

            """);
        yaml.Append("channels:\n");
        foreach (var name in names)
        {
            yaml.Append(CultureInfo.InvariantCulture,
                $"""
                   {name}:
                     address: 'RunLedger.Contracts:{name}'
                     messages:
                       {name}:
                         $ref: '#/components/messages/{name}'
                     bindings:
                       amqp:
                         is: routingKey
                         exchange:
                           name: 'RunLedger.Contracts:{name}'
                           type: fanout
                           durable: true
                           autoDelete: false
                         bindingVersion: 0.3.0

                 """);
        }

        yaml.Append("operations:\n");
        foreach (var name in names)
        {
            yaml.Append(CultureInfo.InvariantCulture,
                $"""
                   {(IsNotice(contracts[name]) ? "say" : "take")}{name}:
                     action: {(IsNotice(contracts[name]) ? "send" : "receive")}
                     channel:
                       $ref: '#/channels/{name}'

                 """);
        }

        yaml.Append("components:\n  messages:\n");
        foreach (var name in names)
        {
            var schema = ContractSchema.Of(contracts[name]);
            var sample = JsonNode.Parse(File.ReadAllText(Wire.SampleFile(name)))!;
            yaml.Append(CultureInfo.InvariantCulture,
                $"""
                     {name}:
                       summary: {Text(schema["description"]!.GetValue<string>())}
                       contentType: {(IsNotice(contracts[name]) ? "application/vnd.masstransit+json" : "application/json")}

                 """);
            yaml.Append(IsNotice(contracts[name])
                ? $$"""
                          payload:
                            type: object
                            description: MassTransit's envelope.
                            required: [messageId, messageType, message]
                            properties:
                              messageId:
                                type: string
                                format: uuid
                                description: The same however often it is sent.
                              messageType:
                                type: array
                                items:
                                  type: string
                                contains:
                                  const: 'urn:message:RunLedger.Contracts:{{name}}'
                              message:
                                $ref: './schemas/{{name}}.schema.json'

                    """
                : $$"""
                          payload:
                            $ref: './schemas/{{name}}.schema.json'
                          examples:
                            - payload: {{sample.ToJsonString()}}

                    """);
        }

        return yaml.ToString();
    }

    public static bool IsNotice(Type contract) =>
        contract.IsSubclassOf(typeof(LedgerNotice)) || contract.IsSubclassOf(typeof(ExpectationNotice));

    static string Text(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
