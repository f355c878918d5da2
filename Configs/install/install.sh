#!/bin/sh
# Installs device-server from an unpacked archive: install.sh [--prefix FOLDER] [--destdir FOLDER] [--uninstall]
set -eu
prefix=/usr/local destdir="" uninstall=no
while [ $# -gt 0 ]; do
    case $1 in
        --prefix) prefix=${2:?--prefix needs a folder}; shift ;;
        --destdir) destdir=${2:?--destdir needs a folder}; shift ;;
        --uninstall) uninstall=yes ;;
        *)
            echo "usage: install.sh [--prefix FOLDER] [--destdir FOLDER] [--uninstall]" >&2
            exit 64
            ;;
    esac
    shift
done
here=$(cd "$(dirname "$0")" && pwd)
root=$destdir$prefix
list=$root/share/device-server/installed-files

# Every file that is installed is listed, so that exactly these can be removed.
if [ "$uninstall" = yes ]; then
    [ -e "$list" ] || { echo "install.sh: nothing is installed at $root" >&2; exit 1; }
    while read -r file; do rm -f "$destdir$file"; done <"$list"
    rm -f "$list"
    find "$root/share/device-server" "$root/lib/device-server" "$root/share/doc/device-server" -depth -type d -empty -delete 2>/dev/null || true
    echo "Removed. The configuration in $destdir/etc/device-server and the logs were kept."
    exit
fi

missing=$(ldd "$here/bin/device-server" | sed -n 's/^[[:space:]]*\([^ ]*\) => not found.*/\1/p')
if [ -n "$missing" ]; then
    echo "install.sh: this system lacks $(echo "$missing" | tr '\n' ' ')" >&2
    echo "Debian, Ubuntu: apt install libssl3 zlib1g libusb-1.0-0 libudev1 libstdc++6" >&2
    echo "RHEL, Rocky, Fedora: dnf install openssl-libs zlib libusb1 systemd-libs libstdc++" >&2
    exit 1
fi

mkdir -p "$root/share/device-server"
: >"$list.part"
(cd "$here" && find bin lib share -type f -o -type l) | while read -r file; do
    mkdir -p "$(dirname "$root/$file")"
    cp -P "$here/$file" "$root/$file.part"
    mv -fT "$root/$file.part" "$root/$file"
    echo "$prefix/$file" >>"$list.part"
done
# The unit names the program by its whole path; systemd and udev look in /etc for what is not the distribution's.
mkdir -p "$destdir/etc/systemd/system" "$destdir/etc/udev/rules.d" "$destdir/etc/device-server"
sed "s#/usr/bin/device-server#$prefix/bin/device-server#" "$here/systemd/device-server.service" \
    >"$destdir/etc/systemd/system/device-server.service"
echo "/etc/systemd/system/device-server.service" >>"$list.part"
for rules in "$here"/udev/*.rules; do
    cp "$rules" "$destdir/etc/udev/rules.d/"
    echo "/etc/udev/rules.d/$(basename "$rules")" >>"$list.part"
done
mv "$list.part" "$list"
# A configuration that is there belongs to somebody.
new=no
if [ ! -e "$destdir/etc/device-server/device-server.yaml" ]; then
    cp "$here/device-server.yaml" "$destdir/etc/device-server/device-server.yaml"
    new=yes
fi

if [ -z "$destdir" ] && [ "$(id -u)" = 0 ]; then
    # The user, its groups and folders, as the Debian package makes them.
    [ "$new" = yes ] && previous="" || previous=installed
    sh "$here/postinst" configure "$previous"
elif [ -z "$destdir" ]; then
    echo "Not root: no user and no service were made; start it with $prefix/bin/device-server FILE"
fi
echo "Installed in $root. Configure /etc/device-server/device-server.yaml, then: systemctl enable --now device-server"
