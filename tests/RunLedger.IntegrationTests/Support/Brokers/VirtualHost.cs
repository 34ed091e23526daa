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

    public static async Task<VirtualHost> Create()
    {
        var broker = BrokerServer.Nodes()[0];
        var host = new VirtualHost(broker);
        try
        {
            await host.Put($"vhosts/{host._name}", new { });
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
        var answer = await _management.GetFromJsonAsync<JsonElement>($"queues/{_name}/{queue}");
        return answer.GetProperty("arguments").EnumerateObject()
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

    public async ValueTask DisposeAsync()
    {
        using (await _management.DeleteAsync($"vhosts/{_name}"))
            _management.Dispose();
    }

    async Task Put(string path, object body)
    {
        using var answer = await _management.PutAsJsonAsync(path, body);
        answer.EnsureSuccessStatusCode();
    }
}
