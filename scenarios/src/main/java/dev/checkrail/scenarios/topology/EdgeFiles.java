package dev.checkrail.scenarios.topology;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The load balancer's approved configuration and policy, in a folder of its own. It is what {@code
 * lb doctor} asks for: a marker file, the recommended log format, a log that is read.
 */
final class EdgeFiles {
  private final Staging staging;
  private final Path folder;
  private final boolean checkSharesWorkers;

  /**
   * Files that are not written yet.
   *
   * @param checkSharesWorkers the check of the reports server needs one of its workers; else it is
   *     on a thread of its own
   */
  EdgeFiles(Staging staging, Path folder, boolean checkSharesWorkers) {
    this.staging = staging;
    this.folder = folder;
    this.checkSharesWorkers = checkSharesWorkers;
  }

  void write() throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("haproxy.cfg"), configuration());
    Files.writeString(
        folder.resolve("checkrail-marker.cfg"), "global\n    description checkrail-none\n");
    Files.writeString(folder.resolve("server-state"), "");
    Files.writeString(folder.resolve("checkrail.yaml"), policy());
  }

  private String configuration() {
    String check =
        checkSharesWorkers
            ? """
                http-check send meth GET uri /v1/payments ver HTTP/1.1 hdr Host {reports-host}
                http-check expect status 401
            """
            : """
                http-check send meth GET uri /live ver HTTP/1.1 hdr Host {reports-host}
                http-check expect status 200
            """;
    return filled(
        """
        # The load balancer in front of the payment gateway, as approved.
        global
            nbthread 1
            maxconn 4000
            hard-stop-after 30s
            default-path config
            log 127.0.0.1:{log} len 2048 local0
            log 127.0.0.1:{raw-log} len 2048 format raw local0
            stats socket {folder}/haproxy.sock mode 600 level admin expose-fd listeners
            server-state-file {folder}/server-state

        defaults
            mode http
            log global
            option httplog
            option dontlognull
            option redispatch
            option idle-close-on-response
            retries 3
            timeout connect 1s
            timeout client 30s
            timeout server 5s
            timeout queue 2s
            timeout check 1s
            timeout http-request 10s
            timeout http-keep-alive 10s
            default-server inter 1s fall 3 rise 2
            load-server-state-from-file global

        frontend fe_public
            bind 127.0.0.1:{http}
            option forwardfor
            unique-id-format %[uuid()]
            unique-id-header X-Request-Id
            http-request set-var(txn.checkrail_host) req.fhdr(host),lower,bytes(0,128),url_enc
            http-request set-var(txn.checkrail_client) req.hdr(x-api-key),sha2(256),hex,lower,bytes(0,16)
            http-request set-var(txn.checkrail_client) req.hdr(authorization),sha2(256),hex,lower,bytes(0,16) if { req.hdr(authorization) -m found }

            # A host is compared without its port, a trailing dot and its case.
            acl is_pay_host hdr(host),host_only,rtrim(.) -i {host} {second-host}
            acl is_payment path /v1/payments /v1/refunds
            acl is_payment path -m beg /v1/payments/ /v1/refunds/
            acl is_shop hdr(host),host_only,rtrim(.) -i {shop-host}
            acl is_reports hdr(host),host_only,rtrim(.) -i {reports-host}
            http-request deny deny_status 421 unless is_pay_host or is_reports or is_shop

            use_backend {reports-pool} if is_reports
            use_backend {pay-pool} if is_pay_host is_payment
            default_backend {shop-pool}
            log-format "checkrail/1 %[date(0,ms)] %ci:%cp %fi:%fp %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %{+Q,+E}ID %[var(txn.checkrail_client)] %[var(txn.checkrail_host)] >%hr <%hs %{+Q}r"

        backend {pay-pool}
            balance roundrobin
            option httpchk
            http-check send meth GET uri /ready ver HTTP/1.1 hdr Host {host}
            http-check expect status 200
            server {pay1} 127.0.0.1:{pay-1} weight 100 maxconn 64 check
            server {pay2} 127.0.0.1:{pay-2} weight 100 maxconn 64 check
            server {pay3} 127.0.0.1:{pay-3} weight 100 maxconn 64 check

        backend {reports-pool}
            option httpchk
        """
            + check
            + """
                server {rep1} 127.0.0.1:{reports} weight 100 check

            backend {shop-pool}
                balance roundrobin
                option httpchk
                http-check send meth GET uri /live ver HTTP/1.1 hdr Host {shop-host}
                http-check expect status 200
                server cat-1 127.0.0.1:{shop-1} weight 100 maxconn 200 check
                server cat-2 127.0.0.1:{shop-2} weight 100 maxconn 200 check
            """);
  }

  /**
   * The invariant that would refuse the change by its name is not there: it is what the incident
   * teaches.
   */
  private String policy() {
    return filled(
        """
        # What the load balancer in front of the payment gateway must do, whatever its file says.
        version: 1
        target:
          version: 2.6.12

        services:
          payments:
            - hosts: [{host}, {second-host}]
              path: /v1/payments/**
            - hosts: [{host}, {second-host}]
              path: /v1/refunds/**
          reports:
            - hosts: [{reports-host}]
          shop:
            - hosts: [{shop-host}]
            - hosts: [{host}, {second-host}]
              path: /**
              except: [payments]

        inventory:
          - { name: {pay1}, address: "127.0.0.1:{pay-1}", serves: [payments], capabilities: "http://127.0.0.1:{pay-1}/capabilities" }
          - { name: {pay2}, address: "127.0.0.1:{pay-2}", serves: [payments], capabilities: "http://127.0.0.1:{pay-2}/capabilities" }
          - { name: {pay3}, address: "127.0.0.1:{pay-3}", serves: [payments], capabilities: "http://127.0.0.1:{pay-3}/capabilities" }
          - { name: {rep1}, address: "127.0.0.1:{reports}", serves: [reports] }
          - { name: cat-1, address: "127.0.0.1:{shop-1}", serves: [shop] }
          - { name: cat-2, address: "127.0.0.1:{shop-2}", serves: [shop] }

        retry: { payments: never }

        pending: { payments: [202] }

        floors:
          payments: { servers: 2 }

        owners: { {pay-pool}: team-payments, {reports-pool}: team-reports, {shop-pool}: team-shop, lb: team-devops, database: team-data, acquirer: team-payments }

        signals:
          database: { url: "http://127.0.0.1:{pay-1}/metrics", query: "gateway_database_pool_saturation", above: 1 }
          database-2: { url: "http://127.0.0.1:{pay-2}/metrics", query: "gateway_database_pool_saturation", above: 1 }
          database-3: { url: "http://127.0.0.1:{pay-3}/metrics", query: "gateway_database_pool_saturation", above: 1 }
          rate-limit: { url: "http://127.0.0.1:{pay-1}/metrics", query: "gateway_rate_limit_saturation", above: 0.99 }
          acquirer: { url: "http://127.0.0.1:{pay-1}/metrics", query: "gateway_acquirer_slowest_seconds", above: 1 }
          acquirer-failing: { url: "http://127.0.0.1:{pay-1}/metrics", query: "gateway_acquirer_failing_share", above: 0.1 }

        probe: { reports: none }

        review: { approvers: 1, freeze: [] }
        """);
  }

  private String filled(String text) {
    String filled =
        text.replace("{folder}", folder.toString())
            .replace("{host}", staging.host())
            .replace("{second-host}", staging.secondHost())
            .replace("{reports-host}", staging.reportsHost())
            .replace("{shop-host}", staging.shopHost())
            .replace("{pay-pool}", staging.payPool())
            .replace("{reports-pool}", staging.reportsPool())
            .replace("{shop-pool}", staging.shopPool())
            .replace("{rep1}", staging.reportsServer());
    for (int i = 1; i <= 3; i++) {
      filled = filled.replace("{pay" + i + "}", staging.pay(i));
    }
    for (var port : staging.ports().entrySet()) {
      filled = filled.replace("{" + port.getKey() + "}", port.getValue().toString());
    }
    return filled;
  }
}
