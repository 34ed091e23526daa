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
        Address = new UriBuilder(broker) { Path = _name }.Uri;
        _management = new HttpClient { BaseAddress = new Uri($"http://{broker.Host}:15672/api/") };
        _management.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(broker.UserInfo)));
    }

    public Uri Address { get; }

    public static async Task<VirtualHost> Create()
    {
        var broker = Environment.GetEnvironmentVariable("ConnectionStrings__RabbitMq");
        if (string.IsNullOrWhiteSpace(broker))
            TestDatabase.Missing("ConnectionStrings__RabbitMq is not set; infra/servers-up prints it.");
        var host = new VirtualHost(new Uri(broker!));
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
                $"permissions/{host._name}/{Uri.UnescapeDataString(new Uri(broker!).UserInfo.Split(':')[0])}",
                new { configure = ".*", write = ".*", read = ".*" });
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

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
