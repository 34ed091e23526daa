using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NightlyImport;
using RunLedger.Client;

// Reports over RabbitMQ where ConnectionStrings__RabbitMq is set, else over HTTP to the ledger on this machine.
var builder = Host.CreateApplicationBuilder(args);
var rabbit = builder.Configuration["ConnectionStrings:RabbitMq"];
if (!string.IsNullOrEmpty(rabbit))
    builder.Services.AddMassTransit(bus => bus.UsingRabbitMq((_, transport) => transport.Host(new Uri(rabbit))));
builder.Services.AddRunLedgerClient(options =>
{
    options.LedgerUrl = string.IsNullOrEmpty(rabbit) ? new Uri("http://127.0.0.1:5080") : null;
    options.SpoolDirectory = Path.Combine(Path.GetTempPath(), "nightly-import");
});
builder.Services.AddSingleton<Import>();

using var host = builder.Build();
await host.StartAsync();
Console.WriteLine($"{await host.Services.GetRequiredService<Import>().Run(["a", "b", "c"])} rows");
await host.StopAsync();
