using System.Net;
using System.Text;
using RunLedger.Client.Sending;

namespace RunLedger.Tests.Client;

/// <summary>What the ledger's answers mean to the client.</summary>
public sealed class HttpTransportTests
{
    [Fact]
    public async Task Lines_are_posted_as_NDJSON_under_the_address()
    {
        var server = new Server(_ => (HttpStatusCode.Accepted, """{"accepted":2,"rejected":[]}"""));

        var refused = await Send(server, "http://ledger/base", "{}", "{}");

        Assert.Empty(refused);
        Assert.Equal("http://ledger/base/api/observations", server.Asked.Single().Url);
        Assert.Equal("{}\n{}\n", server.Asked.Single().Body);
    }

    [Theory]
    [InlineData(HttpStatusCode.Accepted)]
    [InlineData(HttpStatusCode.BadRequest)]
    public async Task What_the_ledger_rejects_is_not_sent_again(HttpStatusCode status)
    {
        var server = new Server(_ => (status, """{"accepted":0,"rejected":[{"line":1,"reason":"no such source"}]}"""));

        Assert.Equal(["no such source"], await Send(server, "http://ledger", "{}"));
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, "")]
    [InlineData(HttpStatusCode.TooManyRequests, "")]
    [InlineData(HttpStatusCode.Unauthorized, "")]
    [InlineData(HttpStatusCode.BadRequest, "<html>a proxy</html>")]
    [InlineData(HttpStatusCode.OK, "{}")]
    public async Task Any_other_answer_is_an_absence(HttpStatusCode status, string body)
    {
        var server = new Server(_ => (status, body));

        var thrown = await Assert.ThrowsAsync<HttpRequestException>(() => Send(server, "http://ledger", "{}"));

        Assert.StartsWith(
            $"http://ledger/api/observations answered {(int)status}", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_too_much_at_once_is_halved_and_one_that_is_too_much_is_refused()
    {
        var server = new Server(body => body.Length > 30
            ? (HttpStatusCode.RequestEntityTooLarge, "")
            : (HttpStatusCode.Accepted, """{"accepted":1,"rejected":[]}"""));

        var refused = await Send(
            server, "http://ledger", "{\"n\":1}", "{\"n\":2}", "{\"n\":3}",
            "{\"n\":\"" + new string('x', 100) + "\"}", "{\"n\":5}");

        Assert.StartsWith("An observation of", Assert.Single(refused), StringComparison.Ordinal);
        Assert.Equal(
            4, server.Asked.Where(asked => asked.Body.Length <= 30).Sum(asked => asked.Body.Count(c => c == '\n')));
    }

    static Task<IReadOnlyList<string>> Send(Server server, string url, params string[] lines) =>
        new HttpTransport(server, new Uri(url)).Send(
            [.. lines.Select(line => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(line))],
            TestContext.Current.CancellationToken);

    sealed class Server(Func<string, (HttpStatusCode, string)> answer) : HttpMessageHandler, IHttpClientFactory
    {
        public List<(string Url, string Body)> Asked { get; } = [];

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = await request.Content!.ReadAsStringAsync(cancellationToken);
            Asked.Add((request.RequestUri!.ToString(), body));
            var (status, text) = answer(body);
            return new HttpResponseMessage(status) { Content = new StringContent(text) };
        }
    }
}
