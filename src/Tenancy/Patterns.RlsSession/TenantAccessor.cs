namespace Patterns.RlsSession;

internal sealed class TenantAccessor : ITenantAccessor
{
    private static readonly AsyncLocal<TenantScope?> Ambient = new();

    public TenantScope? Current => Ambient.Value;

    public IDisposable Enter(TenantScope scope)
    {
        ScopeRules.Check(scope);
        var left = new Left(Ambient.Value);
        Ambient.Value = scope;
        return left;
    }

    private sealed class Left(TenantScope? before) : IDisposable
    {
        private bool _done;

        public void Dispose()
        {
            // A second call must not take away the scope of somebody who entered since.
            if (_done)
                return;

            _done = true;
            Ambient.Value = before;
        }
    }
}
