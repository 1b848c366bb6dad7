using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Patterns.Postgres;

internal sealed class SchemaInstaller : ISchema
{
    private readonly PostgresDataSources _sources;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SchemaScripts[] _packages;
    private readonly string _schema;

    public SchemaInstaller(PostgresDataSources sources, IEnumerable<SchemaScripts> packages, IOptions<PostgresOptions> options, TimeProvider time, ILoggerFactory? loggers = null)
    {
        _sources = sources;
        _options = options.Value;
        _time = time;
        _logger = (loggers ?? NullLoggerFactory.Instance).CreateLogger(Telemetry.Name);
        _schema = Identifier.Quote(_options.Schema);
        // The kernel's own tables come first; after that the order is the same in every process.
        _packages = [.. packages.OrderByDescending(p => p.Package == Kernel).ThenBy(p => p.Package, StringComparer.Ordinal)];
    }

    public const string Kernel = "kernel";

    public async Task<SchemaReport> CheckAsync(CancellationToken ct = default)
    {
        var (missing, newer) = await CompareAsync(ct).ConfigureAwait(false);
        return new([], [.. missing.Select(s => s.ToString())], newer);
    }

    public async Task<SchemaReport> ApplyAsync(CancellationToken ct = default)
    {
        var (missing, newer) = await CompareAsync(ct).ConfigureAwait(false);
        var applied = new List<string>();
        foreach (var script in missing)
        {
            var started = _time.GetTimestamp();
            var deadline = _time.GetUtcNow() + _options.SchemaLockWait;
            var run = new ScriptRun(_sources.Migration, script, _options.Schema, _time, deadline, _logger);
            if (!await run.ApplyAsync(ct).ConfigureAwait(false))
                continue; // another instance applied it

            Log.ScriptApplied(_logger, script.ToString(), (long)_time.GetElapsedTime(started).TotalMilliseconds);
            Telemetry.Scripts.Add(1);
            applied.Add(script.ToString());
        }

        return new(applied, [], newer);
    }

    public string Print(string? package = null)
    {
        var packages = _packages.Where(p => package is null || p.Package == package || p.Package == Kernel).ToArray();
        if (package is not null && !Array.Exists(packages, p => p.Package == package))
            throw new ArgumentException($"No schema scripts are registered for '{package}'. Registered: {string.Join(", ", _packages.Select(p => p.Package))}.", nameof(package));

        return SchemaText.Print(packages.SelectMany(p => p.Scripts), _options.Schema);
    }

    private async Task<(List<SchemaScript> Missing, List<string> Newer)> CompareAsync(CancellationToken ct)
    {
        var scripts = _packages.SelectMany(p => p.Scripts).ToList();
        var state = await SchemaState.ReadAsync(_sources.Application, _schema, [.. _packages.Select(p => p.Package)], ct).ConfigureAwait(false);
        var missing = state.Missing(scripts);
        var newer = state.Newer(scripts);
        if (newer.Count > 0)
            Log.NewerScripts(_logger, string.Join(", ", newer));
        return (missing, newer);
    }
}
