using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using RunLedger.IntegrationTests.Support.Databases;

namespace RunLedger.IntegrationTests.Support.Brokers;

/// <summary>
/// A test's own virtual host on the broker of <c>ConnectionStrings__RabbitMq</c>, deleted at the end.
/// </summary>
sealed class VirtualHost : IAsyncDisposable
{
    readonly HttpClient _management;
    readonly string _name = $"run-ledger-test-{Guid.CreateVersion7():N}";

    VirtualHost(Uri broker)
    {
        Address = At(broker);
        var management = new UriBuilder(BrokerServer.Management()) { UserName = "", Password = "", Path = "api/" };
        _management = new HttpClient { BaseAddress = management.Uri };
        _management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(broker.UserInfo)));
    }

    /// <summary>On the first node.</summary>
    public Uri Address { get; }

    /// <param name="replicated">
    /// Queues that are declared without a type are quorum queues, as docs/operations.md asks of a cluster.
    /// </param>
    public static async Task<VirtualHost> Create(bool replicated = false)
    {
        var broker = BrokerServer.Nodes()[0];
        var host = new VirtualHost(broker);
        try
        {
            await host.Put(
                $"vhosts/{host._name}",
                replicated ? new Dictionary<string, string> { ["default_queue_type"] = "quorum" } : []);
        }
        catch (HttpRequestException e) when (e.StatusCode is null)
        {
            TestDatabase.Missing($"RabbitMQ's management does not answer: {e.Message}");
        }

        try
        {
            await host.Put(
                $"permissions/{host._name}/{Uri.UnescapeDataString(broker.UserInfo.Split(':')[0])}",
                new { configure = ".*", write = ".*", read = ".*" });
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same on another node.</summary>
    public Uri At(Uri node) => new UriBuilder(node) { Path = _name }.Uri;

    /// <summary>The arguments a queue was declared with.</summary>
    public async Task<Dictionary<string, string>> Arguments(string queue)
    {
        return (await Queue(queue)).GetProperty("arguments").EnumerateObject()
            .ToDictionary(argument => argument.Name, argument => argument.Value.ToString());
    }

    /// <summary>An operator's policy; of two limits the lower counts.</summary>
    public Task LimitDeliveries(string queue, int limit) => Put(
        $"policies/{_name}/limit",
        new Dictionary<string, object>
        {
            ["pattern"] = $"^{queue}$",
            ["apply-to"] = "queues",
            ["definition"] = new Dictionary<string, int> { ["delivery-limit"] = limit },
        });

    /// <summary>The number of the node that leads a queue, of <c>broker1@…</c>.</summary>
    public async Task<int> Leader(string queue) =>
        (await Queue(queue)).GetProperty("leader").GetString()!["broker".Length] - '0';

    /// <summary>The nodes that have a copy of a queue.</summary>
    public async Task<string[]> Members(string queue) =>
        [.. (await Queue(queue)).GetProperty("members").EnumerateArray().Select(node => node.GetString()!)];

    /// <summary>The number of the node that a client of this name is connected to.</summary>
    public async Task<int> NodeOf(string client)
    {
        var connections = await _management.GetFromJsonAsync<JsonElement>($"vhosts/{_name}/connections");
        return connections.EnumerateArray().First(one => one.TryGetProperty("user_provided_name", out var name)
            && name.GetString() == client).GetProperty("node").GetString()!["broker".Length] - '0';
    }

    /// <summary>Messages that were delivered and not acknowledged.</summary>
    public async Task<long> Unacknowledged(string queue) =>
        (await Queue(queue)).TryGetProperty("messages_unacknowledged", out var count) ? count.GetInt64() : 0;

    /// <summary>Deliveries that were not the first of their message.</summary>
    public async Task<long> Redelivered(string queue) =>
        (await Queue(queue)).TryGetProperty("message_stats", out var stats)
        && stats.TryGetProperty("redeliver", out var count) ? count.GetInt64() : 0;

    /// <summary>How long a consumer may take to acknowledge.</summary>
    public Task LimitConsumers(TimeSpan limit) => Put(
        $"policies/{_name}/consumers",
        new Dictionary<string, object>
        {
            ["pattern"] = ".*",
            ["apply-to"] = "queues",
            ["definition"] = new Dictionary<string, long> { ["consumer-timeout"] = (long)limit.TotalMilliseconds },
        });

    /// <summary>What is declared in it.</summary>
    public Task<JsonElement> Export() => _management.GetFromJsonAsync<JsonElement>($"definitions/{_name}");

    /// <summary>Declares what another had.</summary>
    public async Task Import(JsonElement definitions)
    {
        using var answer = await _management.PostAsJsonAsync($"definitions/{_name}", definitions);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Ends every connection to it; how many there were.</summary>
    public async Task<int> CutConnections()
    {
        var connections = await _management.GetFromJsonAsync<JsonElement>($"vhosts/{_name}/connections");
        var cut = 0;
        foreach (var connection in connections.EnumerateArray())
        {
            var name = Uri.EscapeDataString(connection.GetProperty("name").GetString()!);
            using var answer = await _management.DeleteAsync($"connections/{name}");
            cut += answer.IsSuccessStatusCode ? 1 : 0;
        }

        return cut;
    }

    public async ValueTask DisposeAsync()
    {
        using (await _management.DeleteAsync($"vhosts/{_name}"))
            _management.Dispose();
    }

    Task<JsonElement> Queue(string name) => _management.GetFromJsonAsync<JsonElement>($"queues/{_name}/{name}");

    async Task Put(string path, object body)
    {
        using var answer = await _management.PutAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
    }
}
