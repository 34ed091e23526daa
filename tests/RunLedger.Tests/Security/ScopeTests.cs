using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RunLedger.Service.Security;
using RunLedger.Tests.Support;

namespace RunLedger.Tests.Security;

/// <summary>With keys: who may what.</summary>
public sealed class ScopeTests : IAsyncLifetime
{
    static readonly TestKey[] All = [TestKey.Observer, TestKey.Reader, TestKey.Operator];
    EmbeddedLedger _ledger = null!;

    public async ValueTask InitializeAsync() => _ledger = await EmbeddedLedger.Start(TestKey.Settings(All));

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/observations", "observer")]
    [InlineData("POST", "/api/v1/lineage", "observer")]
    [InlineData("POST", "/api/v1/lineage/batch", "observer")]
    [InlineData("POST", "/v1/traces", "observer")]
    [InlineData("POST", "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "observer")]
    [InlineData("POST", "/api/cloudevents", "observer")]
    [InlineData("GET", "/api/runs", "reader, operator")]
    [InlineData("GET", "/api/runs/{id}", "reader, operator")]
    [InlineData("GET", "/api/runs/{id}/components", "reader, operator")]
    [InlineData("GET", "/api/runs/{id}/tree", "reader, operator")]
    [InlineData("GET", "/api/summary", "reader, operator")]
    [InlineData("GET", "/api/policies", "reader, operator")]
    [InlineData("GET", "/api/retention/preview", "reader, operator")]
    [InlineData("GET", "/api/rejected", "reader, operator")]
    [InlineData("GET", "/api/rejected/{id}", "reader, operator")]
    [InlineData("GET", "/openapi/v1.json", "reader, operator")]
    [InlineData("GET", "/", "reader, operator")]
    [InlineData("GET", "/nowhere", "reader, operator")]
    [InlineData("POST", "/api/runs/{id}/close", "operator")]
    [InlineData("GET", "/health/live", "nobody, observer, reader, operator")]
    [InlineData("GET", "/health/ready", "nobody, observer, reader, operator")]
    public async Task A_route_answers_those_who_have_its_scope(string method, string route, string allowed)
    {
        var path = route.Replace("{id}", $"{Guid.Empty}", StringComparison.Ordinal);

        foreach (var key in (TestKey?[])[null, .. All])
        {
            using var answer = await Send(new(method), path, key?.Text);
            var expected = allowed.Split(", ").Contains(key?.Name ?? "nobody") ? "" : key is null ? "401" : "403";
            var status = (int)answer.StatusCode;
            Assert.True(
                expected == (status is 401 or 403 ? $"{status}" : ""),
                $"{key?.Name ?? "nobody"}: {status} {await answer.Content.ReadAsStringAsync()}");
        }
    }

    [Fact]
    public void A_route_that_nobody_put_into_a_group_is_not_open()
    {
        var open = _ledger.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Select(route => string.Join(
                ' ',
                [.. route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [], route.RoutePattern.RawText]));

        Assert.Equal(
            [
                "/health/live", "/health/ready", "GET /login", "GET /login.css", "GET /login/oidc", "GET /page.css",
                "GET /page.js", "POST /login", "POST /logout",
            ],
            open.Order(StringComparer.Ordinal));
        var policies =
            _ledger.Services.GetRequiredService<Microsoft.Extensions.Options.IOptions<AuthorizationOptions>>().Value;
        Assert.NotNull(policies.FallbackPolicy);
    }

    [Fact]
    public async Task A_wrong_scope_is_told_which_one_is_needed()
    {
        using var answer = await Send(HttpMethod.Get, "/api/runs", TestKey.Observer.Text);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            "This needs the scope read; key:observer has observe.", problem.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("rl_")]
    [InlineData("rl_unknown")]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task An_unknown_key_is_401_and_not_repeated(string? key)
    {
        using var answer = await Send(HttpMethod.Get, "/api/runs", key);
        var body = await answer.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Contains("X-Api-Key", body, StringComparison.Ordinal);
        if (key?.Length > 5)
            Assert.DoesNotContain(key, body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hash_of_a_key_is_no_key()
    {
        using var answer = await Send(
            HttpMethod.Get, "/api/runs", RunLedger.Service.Security.ApiKeys.Hash(TestKey.Reader.Text));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    public async Task A_key_may_come_as_a_bearer_token_as_OpenLineage_sends_it(string scheme)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/runs");
        request.Headers.Authorization = new(scheme, TestKey.Reader.Text);

        using var answer = await _ledger.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_document_says_how_to_prove_who_one_is_and_the_scope_of_each_operation()
    {
        using var answer = await Send(HttpMethod.Get, "/openapi/v1.json", TestKey.Reader.Text);
        var document = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var schemes = document.GetProperty("components").GetProperty("securitySchemes");

        Assert.Equal("X-Api-Key", schemes.GetProperty("key").GetProperty("name").GetString());
        Assert.Equal("bearer", schemes.GetProperty("bearer").GetProperty("scheme").GetString());
        foreach (var (path, method, scope) in ((string, string, string)[])[
            ("/api/observations", "post", "observe"), ("/api/runs", "get", "read"),
            ("/api/runs/{id}/close", "post", "operate")])
        {
            var operation = document.GetProperty("paths").GetProperty(path).GetProperty(method);
            Assert.Equal(
                $"[{{\"key\":[\"{scope}\"]}},{{\"bearer\":[\"{scope}\"]}}]",
                JsonSerializer.Serialize(operation.GetProperty("security")));
            Assert.True(operation.GetProperty("responses").TryGetProperty("403", out _));
        }
    }

    async Task<HttpResponseMessage> Send(HttpMethod method, string path, string? key)
    {
        using var request = new HttpRequestMessage(method, path);
        if (key is not null)
            request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        if (method == HttpMethod.Post)
            request.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false })
        {
            BaseAddress = _ledger.Client.BaseAddress,
        };
        return await client.SendAsync(request);
    }
}
