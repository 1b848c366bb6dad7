using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;

namespace SaasApp;

/// <summary>The keys that protect forms, in memory: a development server leaves no file behind. In production they belong where all instances see them.</summary>
internal sealed class FormKeys : IXmlRepository
{
    private readonly Lock _lock = new();
    private readonly List<XElement> _keys = [];

    public static void KeepInMemory(KeyManagementOptions options) => (options.XmlRepository, options.XmlEncryptor) = (new FormKeys(), new NullXmlEncryptor());

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        lock (_lock) return [.. _keys];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        lock (_lock) _keys.Add(element);
    }
}
