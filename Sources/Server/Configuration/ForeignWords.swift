/// What stands here for an item of Pyro4's own configuration, for those who know it by that name.
enum Pyro4Item {
    /// What to say of a key of `pyro` that is the name of an item, however it is written; nil for other keys.
    static func advice(on key: String) -> String? {
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
        "SSL_CLIENTCERT": "'certificate' in the section 'ssl', which is shown to servers as well as to clients",
        "SSL_CLIENTKEY": "'key' in the section 'ssl'",
        "SSL_CLIENTKEYPASSWD": "'key_password_file' in the section 'ssl'",
        "SSL_CACERTS": "'ca' in the section 'ssl'",
        "SSL_REQUIRECLIENTCERT": "'require_client_certificate' in the section 'ssl'",
    ]

    private static let threads = "each client has a thread of its own, made when it connects"
    private static let clients = "it is for clients"
    private static let broadcast = "name servers are not looked for by broadcast"
    private static let always = "it is always so"

    private static let meaningless = [
        "SERVERTYPE": threads,
        "THREADPOOL_SIZE_MIN": threads,
        "POLLTIMEOUT": "nothing is polled",
        "ONEWAY_THREADED": "oneway calls run aside, one after another for each client",
        "DETAILED_TRACEBACK": "there are no variables of Python's to show",
        "SOCK_REUSE": always,
        "SOCK_NODELAY": always,
        "AUTOPROXY": always,
        "PREFER_IP_VERSION": "'host' says it, with an address such as 0.0.0.0 or ::",
        "SERIALIZER": "calls are answered as they came, and data are sent as pickles, since images cannot go otherwise",
        "DILL_PROTOCOL_VERSION": "what dill writes may run programs, and is not read",
        "JSON_MODULE": "it chooses a module of Python's",
        "USE_MSG_WAITALL": "it chooses how Python reads",
        "METADATA": clients,
        "MAX_RETRIES": clients,
        "REQUIRE_EXPOSE": "clients may call what devices offer",
        "FLAME_ENABLED": "clients shall run no programs here",
        "ITER_STREAMING": "no device gives iterators",
        "ITER_STREAM_LIFETIME": "no device gives iterators",
        "ITER_STREAM_LINGER": "no device gives iterators",
        "LOGWIRE": "messages are not logged",
        "NS_BCHOST": broadcast,
        "NS_BCPORT": broadcast,
        "BROADCAST_ADDRS": broadcast,
        "NS_AUTOCLEAN": "it is for name servers",
    ]
}
