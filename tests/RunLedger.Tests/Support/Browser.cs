using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace RunLedger.Tests.Support;

/// <summary>What a browser does: keeps cookies, asks for HTML, shows redirects to the test.</summary>
sealed partial class Browser : IDisposable
{
    readonly HttpClient _http;

    public Browser(Uri address)
    {
        Address = address;
        _http = new HttpClient(new HttpClientHandler { CookieContainer = Cookies, AllowAutoRedirect = false })
        {
            BaseAddress = address,
        };
        _http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
    }

    public Browser(EmbeddedLedger ledger) : this(ledger.Client.BaseAddress!)
    {
    }

    public Uri Address { get; }
    public CookieContainer Cookies { get; } = new();
    public Cookie? Login => Cookies.GetCookies(Address)["run-ledger"];

    public Task<HttpResponseMessage> Get(string route) => _http.GetAsync(route);

    /// <summary>A form as the login page has it, with its token unless told otherwise.</summary>
    public async Task<HttpResponseMessage> Post(string route, Dictionary<string, string> fields, bool token = true)
    {
        if (token)
            fields["__RequestVerificationToken"] = await Token();
        using var form = new FormUrlEncodedContent(fields);
        return await _http.PostAsync(route, form);
    }

    public async Task<string> Token() =>
        Field().Match(await _http.GetStringAsync("/login")).Groups["value"].Value;

    public Task<HttpResponseMessage> SignIn(TestKey key, string returnUrl = "/") =>
        Post("/login", new() { ["key"] = key.Text, ["returnUrl"] = returnUrl });

    public Task<HttpResponseMessage> Send(HttpRequestMessage request) => _http.SendAsync(request);

    public void Dispose() => _http.Dispose();

    [GeneratedRegex("""name="__RequestVerificationToken" value="(?<value>[^"]+)""")]
    private static partial Regex Field();
}
