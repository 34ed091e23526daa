using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using k8s;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using RunLedger.Service.Host;
using RunLedger.Service.Security;
using RunLedger.Testing;
using RunLedger.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace RunLedger.Tests.Kubernetes;

/// <summary>That infra/kubernetes and the program it runs agree.</summary>
public sealed class ManifestTests
{
    const string Placeholder = "replace-me";

    static readonly Manifests Base = new("base");
    static readonly Manifests Schema = new("schema");
    static readonly Manifests Overlay = new("keda-prometheus");

    static YamlNode Pod => Base.One("Deployment")["spec"]["template"]["spec"];
    static YamlNode Container => Pod["containers"][0];
    static string Dockerfile => File.ReadAllText(Path.Combine(Checkout.Root, "infra", "Dockerfile"));

    public static TheoryData<string> Folders => [.. Manifests.Folders];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_file_that_is_named_is_there_and_every_file_is_named(string folder)
    {
        var manifests = new Manifests(folder);

        Assert.All(
            manifests.Named,
            file => Assert.True(Path.Exists(manifests.PathOf(file)), $"{folder}/{file} is not there."));
        Assert.Equal(
            manifests.Files.Order(),
            manifests.Named.Where(file => !file.StartsWith("..", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_field_is_one_that_Kubernetes_knows_and_of_its_type(string folder)
    {
        // What KEDA and the Prometheus Operator define is theirs.
        var own = new Manifests(folder).Texts.Where(text => !text.Contains("keda.sh", StringComparison.Ordinal)
            && !text.Contains("monitoring.coreos.com", StringComparison.Ordinal)).ToList();

        Assert.All(own, text => Assert.Single(KubernetesYaml.LoadAllFromString(text, strict: true)));
    }

    [Fact]
    public async Task The_ledger_can_be_built_from_its_settings_once_the_placeholders_are_filled_in()
    {
        var files = Directory.CreateTempSubdirectory("run-ledger-kubernetes-");
        try
        {
            await using var ledger = LedgerHost.Build(Arguments(Filled(files.FullName)));

            Assert.Equal(
                ["operators: operate", "prometheus: read", "publishers: observe"],
                ledger.Services.GetRequiredService<SecurityOptions>().Keys
                    .Select(key => $"{key.Name}: {string.Join(',', key.Scopes)}").Order());
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    [Fact]
    public void As_they_are_the_settings_let_nobody_in_and_name_what_is_missing()
    {
        var settings = Settings();
        settings.Remove("Security__KeyRing");

        var fault = Assert.Throws<OptionsValidationException>(() => LedgerHost.Build(Arguments(settings)));

        Assert.Equal(
            ["Security:Keys:0:Hash", "Security:Keys:1:Hash", "Security:Keys:2:Hash"],
            fault.Failures.Select(line => line.Split(' ')[0]));
    }

    // What else there is binds without a word about a name it does not know; the sections here are strict.
    [Fact]
    public void Every_setting_is_of_a_section_that_knows_its_names() => Assert.All(
        Settings().Keys.Concat(Schema.Settings("secretGenerator", "run-ledger-schema").Keys), name => Assert.True(
            name.StartsWith("RunLedger__", StringComparison.Ordinal)
                || name.StartsWith("Archive__", StringComparison.Ordinal)
                || name.StartsWith("Security__", StringComparison.Ordinal)
                || name is "ConnectionStrings__Postgres" or "ConnectionStrings__RabbitMq"
                    or "OTEL_EXPORTER_OTLP_ENDPOINT",
            $"{name} is no setting, or of a section that this test does not know."));

    [Fact]
    public void Every_secret_is_a_placeholder()
    {
        var secrets = new[]
        {
            (Base, "run-ledger"), (Schema, "run-ledger-schema"),
            (Overlay, "run-ledger"), (Overlay, "run-ledger-scrape"),
        }
            .SelectMany(one => one.Item1.Settings("secretGenerator", one.Item2));

        Assert.All(secrets, secret => Assert.Contains(Placeholder, secret.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void What_settings_name_as_a_place_is_on_the_volume_that_replicas_share()
    {
        var volume = Manifests.Nodes(Pod, "volumes").Single(one => one["name"].ToString() == "files");
        Assert.Equal(
            Base.One("PersistentVolumeClaim")["metadata"]["name"], volume["persistentVolumeClaim"]["claimName"]);
        Assert.Equal(
            "ReadWriteMany", Manifests.List(Base.One("PersistentVolumeClaim")["spec"], "accessModes").Single());
        var mount =
            Manifests.Nodes(Container, "volumeMounts").Single(one => one["name"].ToString() == "files")["mountPath"];
        var places = Settings().Values.Where(value => value.StartsWith('/')).ToList();

        Assert.NotEmpty(places);
        Assert.All(places, place => Assert.StartsWith($"{mount}/", place, StringComparison.Ordinal));
        Assert.Equal("true", Container["securityContext"]["readOnlyRootFilesystem"].ToString());
    }

    [Fact]
    public async Task Probes_ask_what_is_served_to_everybody()
    {
        var probes = Enumerable.ToDictionary(
            ["startupProbe", "readinessProbe", "livenessProbe"], name => name, name => Container[name]["httpGet"]);
        // One that asked the database would end every replica while it is away.
        Assert.Equal("/health/live", probes["livenessProbe"]["path"].ToString());
        Assert.Equal("/health/ready", probes["readinessProbe"]["path"].ToString());
        Assert.All(probes.Values, probe => Assert.Equal("http", probe["port"].ToString()));
        var files = Directory.CreateTempSubdirectory("run-ledger-kubernetes-");
        await using var ledger = LedgerHost.Build(Arguments(Filled(files.FullName)));
        files.Delete(recursive: true);

        var open = ((IEndpointRouteBuilder)ledger).DataSources.SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(route => route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Select(route => route.RoutePattern.RawText)
            .ToList();

        Assert.All(probes.Values, probe => Assert.Contains(probe["path"].ToString(), open));
        Assert.Contains(
            ((IEndpointRouteBuilder)ledger).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>(),
            route =>
                route.RoutePattern.RawText == Overlay.One("ServiceMonitor")["spec"]["endpoints"][0]["path"].ToString());
    }

    [Fact]
    public void Ports_are_the_image_s()
    {
        var exposed = Regex.Match(Dockerfile, @"^EXPOSE (\d+)$", RegexOptions.Multiline).Groups[1].Value;

        Assert.Equal(exposed, Container["ports"][0]["containerPort"].ToString());
        Assert.Equal(Container["ports"][0]["name"], Base.One("Service")["spec"]["ports"][0]["targetPort"]);
        Assert.Equal(
            Base.One("Service")["spec"]["ports"][0]["name"],
            Overlay.One("ServiceMonitor")["spec"]["endpoints"][0]["port"]);
        Assert.Contains($"ASPNETCORE_URLS=http://+:{exposed}", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_are_of_this_version()
    {
        var version = Regex.Match(
            File.ReadAllText(Path.Combine(Checkout.Root, "Directory.Build.props")),
            "<VersionPrefix>(.*)</VersionPrefix>").Groups[1].Value;

        Assert.Equal($"runledger:{version}", Container["image"].ToString());
        Assert.Equal($"runledger:{version}", Job["containers"][0]["image"].ToString());
        Assert.Equal($"runledger:{version}", Compose["x-service"]["image"].ToString());
    }

    [Fact]
    public void A_replica_that_is_told_to_stop_has_the_time_that_it_takes()
    {
        var pause = Seconds(Container["lifecycle"]["preStop"]["sleep"]["seconds"]);

        Assert.InRange(
            Seconds(Pod["terminationGracePeriodSeconds"]), pause + LedgerHost.EndLimit.TotalSeconds + 1, 120);
        Assert.InRange(
            Seconds(Compose["services"]["service"]["stop_grace_period"]), LedgerHost.EndLimit.TotalSeconds + 1, 120);
    }

    [Fact]
    public void Replicas_are_replaced_with_one_more_and_none_less()
    {
        var deployment = Base.One("Deployment")["spec"];

        Assert.Equal("1 0", $"{deployment["strategy"]["rollingUpdate"]["maxSurge"]} "
            + $"{deployment["strategy"]["rollingUpdate"]["maxUnavailable"]}");
        Assert.InRange(Seconds(deployment["replicas"]), 2, 10);
        Assert.Equal(deployment["replicas"], Overlay.One("ScaledObject")["spec"]["minReplicaCount"]);
        Assert.Equal("1", Base.One("PodDisruptionBudget")["spec"]["maxUnavailable"].ToString());
    }

    [Fact]
    public void Everything_is_about_the_same_pods()
    {
        var labels = Base.One("Deployment")["spec"]["template"]["metadata"]["labels"];

        Assert.Equal(labels, Base.One("Deployment")["spec"]["selector"]["matchLabels"]);
        Assert.Equal(labels, Base.One("Service")["spec"]["selector"]);
        Assert.Equal(labels, Base.One("PodDisruptionBudget")["spec"]["selector"]["matchLabels"]);
        Assert.Equal(labels, Base.One("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]);
        Assert.Equal(
            Schema.One("Job")["spec"]["template"]["metadata"]["labels"],
            Schema.One("NetworkPolicy")["spec"]["podSelector"]["matchLabels"]);
        Assert.All(
            Manifests.Nodes(Pod, "topologySpreadConstraints"),
            spread => Assert.Equal(labels, spread["labelSelector"]["matchLabels"]));
        Assert.Equal(
            Base.One("Service")["metadata"]["labels"],
            Overlay.One("ServiceMonitor")["spec"]["selector"]["matchLabels"]);
        Assert.Equal(
            Base.One("Deployment")["metadata"]["name"], Overlay.One("ScaledObject")["spec"]["scaleTargetRef"]["name"]);
        // A Service that sent requests to the schema's job would not be missed by its probes.
        Assert.NotEqual(labels, Schema.One("Job")["spec"]["template"]["metadata"]["labels"]);
    }

    [Fact]
    public void The_network_lets_in_what_is_served_and_out_what_settings_name()
    {
        var settings = Settings();
        string[] names = ["UDP 53", "TCP 53"];
        var database = $"TCP {new NpgsqlConnectionStringBuilder(settings["ConnectionStrings__Postgres"]).Port}";
        var broker = new Uri(settings["ConnectionStrings__RabbitMq"]).Port;
        var collector = new Uri(settings["OTEL_EXPORTER_OTLP_ENDPOINT"]).Port;
        var policy = Base.One("NetworkPolicy")["spec"];

        Assert.Equal(["Ingress", "Egress"], Manifests.List(policy, "policyTypes"));
        Assert.Equal([$"TCP {Base.One("Service")["spec"]["ports"][0]["targetPort"]}"], Ports(policy, "ingress"));
        // The port for TLS beside the plain one; OTLP by HTTP beside gRPC; the provider's https; mail.
        Assert.Equal(
            [
                .. names, database, $"TCP {broker}", $"TCP {broker - 1}", $"TCP {collector}", $"TCP {collector + 1}",
                "TCP 443", "TCP 587", "TCP 465",
            ],
            Ports(policy, "egress"));
        var job = Schema.One("NetworkPolicy")["spec"];
        Assert.Equal(["Ingress", "Egress"], Manifests.List(job, "policyTypes"));
        Assert.Empty(Ports(job, "ingress"));
        Assert.Equal([.. names, database], Ports(job, "egress"));

        static IEnumerable<string> Ports(YamlNode policy, string way) => Manifests.Nodes(policy, way)
            .SelectMany(rule => Manifests.Nodes(rule, "ports"))
            .Select(port => $"{port["protocol"]} {port["port"]}");
    }

    [Theory]
    [InlineData("service")]
    [InlineData("schema")]
    public void Compose_takes_from_the_program_what_Kubernetes_takes(string name)
    {
        var (pod, container) = name == "service" ? (Pod, Container) : (Job, Job["containers"][0]);
        var (common, own) = (Compose["x-service"], Compose["services"][name]);
        var security = container["securityContext"];

        Assert.Equal(common, own["<<"]);
        Assert.Equal(
            $"{pod["securityContext"]["runAsUser"]}:{pod["securityContext"]["runAsGroup"]}", common["user"].ToString());
        Assert.Equal(security["readOnlyRootFilesystem"], common["read_only"]);
        Assert.Equal(Manifests.List(security["capabilities"], "drop"), Manifests.List(common, "cap_drop"));
        Assert.Equal("false", security["allowPrivilegeEscalation"].ToString());
        Assert.Equal(["no-new-privileges:true"], Manifests.List(common, "security_opt"));
        Assert.Equal("/tmp", Manifests.List(common, "tmpfs").Single().Split(':')[0]);
        Assert.Contains(
            "/tmp", Manifests.Nodes(container, "volumeMounts").Select(mount => mount["mountPath"].ToString()));
        var limits = (YamlMappingNode)container["resources"]["limits"];
        Assert.Equal($"{limits["memory"]}", own["mem_limit"].ToString().Replace("m", "Mi", StringComparison.Ordinal));
        // Neither limits the processor.
        Assert.Single(limits.Children);
        Assert.DoesNotContain("cpus", ((YamlMappingNode)own).Children.Keys.Select(key => key.ToString()));
    }

    [Fact]
    public void Compose_has_a_volume_for_what_the_program_writes()
    {
        var service = Compose["services"]["service"];
        var mount = Manifests.List(service, "volumes").Single().Split(':');

        Assert.Contains(mount[0], ((YamlMappingNode)Compose["volumes"]).Children.Keys.Select(key => key.ToString()));
        Assert.StartsWith(
            $"{mount[1]}/", service["environment"]["Security__KeyRing"].ToString(), StringComparison.Ordinal);
        Assert.Contains($"VOLUME {mount[1]}", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void The_autoscaler_reads_the_ledger_s_queue_with_the_ledger_s_login()
    {
        var trigger = Overlay.One("ScaledObject")["spec"]["triggers"][0];
        var login = Overlay.One("TriggerAuthentication");

        Assert.Equal(
            Settings().GetValueOrDefault("RunLedger__QueueName", new RunLedgerOptions().QueueName),
            trigger["metadata"]["queueName"].ToString());
        Assert.Equal(login["metadata"]["name"], trigger["authenticationRef"]["name"]);
        Assert.Contains(
            login["spec"]["secretTargetRef"][0]["key"].ToString(),
            Base.Settings("secretGenerator", login["spec"]["secretTargetRef"][0]["name"].ToString()).Keys);
    }

    [Fact]
    public void Prometheus_has_a_key_of_the_secret_that_is_made()
    {
        var credentials = Overlay.One("ServiceMonitor")["spec"]["endpoints"][0]["authorization"]["credentials"];

        Assert.Contains(
            credentials["key"].ToString(), Overlay.Settings("secretGenerator", credentials["name"].ToString()).Keys);
    }

    [Fact]
    public void The_job_runs_a_verb_that_there_is_with_a_login_that_replicas_do_not_have()
    {
        string[] arguments = [.. Manifests.List(Job["containers"][0], "args")];
        var program = new RootCommand { SchemaCommand.Create(new ConfigurationBuilder().Build()) };

        Assert.Empty(program.Parse(arguments).Errors);
        Assert.Equal("run-ledger-schema", Job["containers"][0]["envFrom"][0]["secretRef"]["name"].ToString());
        Assert.DoesNotContain("run-ledger-schema", Container.ToString(), StringComparison.Ordinal);
    }

    static YamlNode Job => Schema.One("Job")["spec"]["template"]["spec"];

    static YamlNode Compose => Manifests.Read(Path.Combine(Checkout.Root, "docker-compose.yml")).Single();

    static double Seconds(YamlNode node) => double.Parse(node.ToString().TrimEnd('s'), CultureInfo.InvariantCulture);

    /// <summary>All that a replica is given, also what is offered.</summary>
    static Dictionary<string, string> Settings() => new[] { Base, Overlay }
        .SelectMany(one => one.Settings("configMapGenerator", "run-ledger", offered: true)
            .Concat(one.Settings("secretGenerator", "run-ledger", offered: true)))
        .ToDictionary();

    static Dictionary<string, string> Filled(string files) => Settings().ToDictionary(
        setting => setting.Key,
        setting => setting.Key.EndsWith("__Hash", StringComparison.Ordinal)
            ? ApiKeys.Hash(setting.Key)
            : setting.Value.Replace("/app/data", files, StringComparison.Ordinal));

    static string[] Arguments(Dictionary<string, string> settings) =>
    [
        .. settings.Where(setting => !setting.Key.StartsWith("OTEL_", StringComparison.Ordinal))
            .Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
        "--OTEL_SDK_DISABLED=false", "--urls=http://+:5080",
    ];
}
