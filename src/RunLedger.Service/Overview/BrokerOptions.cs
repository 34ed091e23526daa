using System.ComponentModel.DataAnnotations;

namespace RunLedger.Service.Overview;

/// <summary>What the overview may ask the broker beyond AMQP.</summary>
sealed class BrokerOptions
{
    /// <summary>The configuration section, <c>RabbitMq</c>.</summary>
    public const string Section = "RabbitMq";

    /// <summary>The management plug-in, for example <c>http://guest:guest@127.0.0.1:15672</c>.</summary>
    /// <value>The default is null: how many messages are under way is then not known.</value>
    [Url]
    public string? Management { get; set; }
}
