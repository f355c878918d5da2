/// The names of other programs' options, with what replaces them here.
enum ForeignWords {
    /// The advice on a key of `pyro` that is an item of Pyro4's own configuration, in any spelling; nil for other keys.
    static func pyroItem(_ key: String) -> String? {
        let item = key.uppercased().replacing("-", with: "_")
        let name = item.hasPrefix("PYRO_") ? String(item.dropFirst(5)) : item
        if let ours = renamed[name] { return "\(key.shown()) of Pyro4 is \(ours) here" }
        if let reason = meaningless[name] { return "\(key.shown()) of Pyro4 has no meaning here: \(reason)" }
        return nil
    }

    private static let renamed = [
        "HOST": "'host', which stands beside 'pyro'",
        "HMAC_KEY": "'hmac_key'",
        "COMPRESSION": "'compression'",
        "SERIALIZERS_ACCEPTED": "'serializers'",
        "PICKLE_PROTOCOL_VERSION": "'pickle_protocol'",
        "COMMTIMEOUT": "'comm_timeout'",
        "THREADPOOL_SIZE": "'max_connections'",
        "MAX_MESSAGE_SIZE": "'max_message_size'",
        "NATHOST": "'nat_host'",
        "NATPORT": "'nat_port'",
        "NS_HOST": "'name_server'",
        "NS_PORT": "'name_server: host:port'",
        "SSL": "a section 'ssl'",
        "SSL_SERVERCERT": "'certificate' in the section 'ssl'",
        "SSL_SERVERKEY": "'key' in the section 'ssl'",
        "SSL_SERVERKEYPASSWD": "'key_password_file' in the section 'ssl'",
        "SSL_CLIENTCERT": "'certificate' in the section 'ssl', which is used for servers and clients",
        "SSL_CLIENTKEY": "'key' in the section 'ssl'",
        "SSL_CLIENTKEYPASSWD": "'key_password_file' in the section 'ssl'",
        "SSL_CACERTS": "'ca' in the section 'ssl'",
        "SSL_REQUIRECLIENTCERT": "'require_client_certificate' in the section 'ssl'",
    ]

    private static let threads = "each client gets its own thread when it connects"
    private static let clients = "it is an option for clients"
    private static let broadcast = "name servers are not searched by broadcast"
    private static let always = "it is always on"

    private static let meaningless = [
        "SERVERTYPE": threads,
        "THREADPOOL_SIZE_MIN": threads,
        "POLLTIMEOUT": "nothing is polled",
        "ONEWAY_THREADED": "oneway calls run in their own thread, one after another for each client",
        "DETAILED_TRACEBACK": "the server has no Python variables to show",
        "SOCK_REUSE": always,
        "SOCK_NODELAY": always,
        "AUTOPROXY": always,
        "PREFER_IP_VERSION": "'host' chooses it, with an address such as 0.0.0.0 or ::",
        "SERIALIZER": "calls are answered with the serializer of the call, and images are sent as pickles",
        "DILL_PROTOCOL_VERSION": "dill can run programs, so it is not read",
        "JSON_MODULE": "it chooses a Python module",
        "USE_MSG_WAITALL": "it concerns how Python reads",
        "METADATA": clients,
        "MAX_RETRIES": clients,
        "REQUIRE_EXPOSE": "clients may call everything that devices offer",
        "FLAME_ENABLED": "clients must not run programs here",
        "ITER_STREAMING": "no device returns iterators",
        "ITER_STREAM_LIFETIME": "no device returns iterators",
        "ITER_STREAM_LINGER": "no device returns iterators",
        "LOGWIRE": "messages are not logged",
        "NS_BCHOST": broadcast,
        "NS_BCPORT": broadcast,
        "BROADCAST_ADDRS": broadcast,
        "NS_AUTOCLEAN": "it is an option for name servers",
    ]
}
