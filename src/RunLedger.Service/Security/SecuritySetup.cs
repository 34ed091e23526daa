using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using RunLedger.Storage;

namespace RunLedger.Service.Security;

/// <summary>Who may do what, put into the host.</summary>
static class SecuritySetup
{
    static readonly TimeSpan LoginLasts = TimeSpan.FromHours(8);
    static readonly TimeSpan HstsLasts = TimeSpan.FromDays(365);

    public static IServiceCollection AddSecurity(this IServiceCollection services, SecurityOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AuthorizationAnswers>();
        var authentication = services.AddAuthentication(Schemes.Any)
            .AddPolicyScheme(Schemes.Any, null, any => any.ForwardDefaultSelector = http => Schemes.Pick(http, options))
            .AddScheme<AuthenticationSchemeOptions, LocalHandler>(Schemes.Local, null)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(Schemes.Key, null)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = "run-ledger";
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.ExpireTimeSpan = LoginLasts;
                cookie.Events.OnValidatePrincipal = StillHolds;
            });
        if (options.Oidc.Audience is not null)
            AddTokens(authentication, options.Oidc);
        if (options.Oidc.ClientId is not null)
            AddProvider(authentication, options.Oidc);
        var authorization = services.AddAuthorizationBuilder();
        foreach (var scope in Scopes.All)
            authorization.AddPolicy(scope, policy => policy.RequireClaim(Scopes.Claim, Scopes.Including(scope)));
        // What nobody thought of is not open to everybody.
        authorization.SetFallbackPolicy(
            new AuthorizationPolicyBuilder().RequireClaim(Scopes.Claim, Scopes.Including(Scopes.Read)).Build());
        services.AddAntiforgery(forms =>
        {
            forms.Cookie.Name = "run-ledger-form";
            // SecurityHeaders says more.
            forms.SuppressXFrameOptionsHeader = true;
        });
        services.AddHsts(hsts => hsts.MaxAge = HstsLasts);
        services.Configure<RateLimiterOptions>(RateLimits.Add);
        AddKeyRing(services.AddDataProtection().SetApplicationName("run-ledger"), options.KeyRing);
        return services;
    }

    /// <summary>Before everything else that answers, and before what limits by who asks.</summary>
    public static void UseSecurity(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<SecurityOptions>();
        if (options.Proxies.Count > 0)
            app.UseForwardedHeaders(Believed(options.Proxies));
        app.UseHsts();
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseBodyLimit();
        app.UseAuthentication();
        app.UseMiddleware<BrowserGuard>();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.UseFormCheck();
    }

    static ForwardedHeadersOptions Believed(IEnumerable<string> proxies)
    {
        var believed = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto
                | ForwardedHeaders.XForwardedHost,
            // As far as the chain is of known proxies.
            ForwardLimit = null,
        };
        believed.KnownProxies.Clear();
        believed.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            if (IPAddress.TryParse(proxy, out var address))
                believed.KnownProxies.Add(address);
            else
                believed.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
        }

        return believed;
    }

    /// <summary>A key that was taken out of the configuration ends its logins, and new scopes count at once.</summary>
    static Task StillHolds(Microsoft.AspNetCore.Authentication.Cookies.CookieValidatePrincipalContext context)
    {
        if (Caller.From(context.Principal!) is { Source: "key" } who)
        {
            var holder = context.HttpContext.RequestServices.GetRequiredService<ApiKeys>().Holder(who.Id);
            if (holder is null)
                context.RejectPrincipal();
            else
                context.ReplacePrincipal(holder.Principal(Schemes.Cookie));
        }

        return Task.CompletedTask;
    }

    static void AddTokens(AuthenticationBuilder authentication, OidcOptions oidc) =>
        authentication.AddJwtBearer(token =>
        {
            token.Authority = oidc.Authority;
            token.Audience = oidc.Audience;
            token.RequireHttpsMetadata = !new Uri(oidc.Authority!).IsLoopback;
            token.MapInboundClaims = false;
            token.Events = new()
            {
                OnTokenValidated = context =>
                {
                    context.Principal = oidc.CallerOf(context.Principal!).Principal(Schemes.Token);
                    return Task.CompletedTask;
                },
            };
        });

    static void AddProvider(AuthenticationBuilder authentication, OidcOptions oidc)
    {
        // It logs the provider's words as they come; below they are logged too, as a log may have them.
        authentication.Services.AddLogging(
            logs => logs.AddFilter(typeof(OpenIdConnectHandler).FullName, LogLevel.None));
        authentication.AddOpenIdConnect(provider =>
        {
            provider.Authority = oidc.Authority;
            provider.ClientId = oidc.ClientId;
            provider.ClientSecret = oidc.ClientSecret;
            provider.RequireHttpsMetadata = !new Uri(oidc.Authority!).IsLoopback;
            provider.SignInScheme = Schemes.Cookie;
            provider.ResponseType = OpenIdConnectResponseType.Code;
            // The answer is a plain redirect, for which cookies may stay SameSite=Lax.
            provider.ResponseMode = OpenIdConnectResponseMode.Query;
            provider.CorrelationCookie.SameSite = SameSiteMode.Lax;
            provider.NonceCookie.SameSite = SameSiteMode.Lax;
            provider.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            provider.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            provider.CallbackPath = "/login/oidc/done";
            provider.MapInboundClaims = false;
            provider.GetClaimsFromUserInfoEndpoint = false;
            provider.Events = new()
            {
                OnTokenValidated = context =>
                {
                    context.Principal = oidc.CallerOf(context.Principal!).Principal(Schemes.Cookie);
                    return Task.CompletedTask;
                },
                OnTicketReceived = context =>
                {
                    // What the provider takes away from a user ends here with the login, which therefore is not
                    // prolonged.
                    context.Properties!.AllowRefresh = false;
                    return Task.CompletedTask;
                },
                OnRemoteFailure = context =>
                {
                    var logs = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>();
                    SecurityLog.ProviderRefused(
                        logs.CreateLogger(typeof(SecuritySetup)), context.Failure?.Message ?? "");
                    context.Response.Redirect($"{LoginPage.Path}?failed=true");
                    context.HandleResponse();
                    return Task.CompletedTask;
                },
            };
        });
    }

    /// <exception cref="OptionsValidationException">The directory cannot be written.</exception>
    static void AddKeyRing(IDataProtectionBuilder protection, string? directory)
    {
        if (string.IsNullOrEmpty(directory))
            return;
        try
        {
            // The keys lie there as they are: nobody else may read them.
            var folder = PrivateFiles.CreateDirectory(directory);
            var probe = Path.Combine(folder.FullName, $".{Guid.CreateVersion7()}.probe");
            PrivateFiles.Create(probe).Dispose();
            File.Delete(probe);
            protection.PersistKeysToFileSystem(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OptionsValidationException(
                "Security:KeyRing",
                typeof(string),
                [$"Security:KeyRing: keys cannot be kept in {directory}: {e.Message}"]);
        }
    }
}
