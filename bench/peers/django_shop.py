"""The shop in Django and Django REST framework: `gunicorn -k gthread`."""

import os
import time

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="of a peer", DEBUG=False, ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, USE_TZ=True,
    INSTALLED_APPS=["django.contrib.contenttypes", "rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
    DATABASES={"default": {
        "ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["PEER_DATABASE"], "CONN_MAX_AGE": None,
        "OPTIONS": {
            "timeout": 30, "transaction_mode": "IMMEDIATE",
            "init_command": "pragma journal_mode = wal; pragma synchronous = full",
        },
    }},
)  # fmt: skip
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.db.models import Count, F, Sum  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class Product(models.Model):
    """What is sold."""

    sku = models.TextField(unique=True)
    name = models.TextField()
    price_minor = models.IntegerField()

    class Meta:
        """A table of schema.sql."""

        app_label, db_table, managed = "shop", "product", False


class Order(models.Model):
    """A sale."""

    key = models.TextField(unique=True, null=True)
    placed_ms = models.BigIntegerField()
    total_minor = models.BigIntegerField()

    class Meta:
        """A table of schema.sql."""

        app_label, db_table, managed = "shop", "orders", False


class OrderLine(models.Model):
    """A line of a sale."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.IntegerField()
    price_minor = models.IntegerField()
    total_minor = models.BigIntegerField()

    class Meta:
        """A table of schema.sql."""

        app_label, db_table, managed = "shop", "order_line", False


class LineIn(serializers.Serializer):
    """A line as it is sent."""

    product_id = serializers.SlugRelatedField(slug_field="sku", queryset=Product.objects.all(), source="product")
    quantity = serializers.IntegerField(min_value=1, max_value=1_000_000)


class OrderIn(serializers.Serializer):
    """An order as it is sent."""

    lines = LineIn(many=True, allow_empty=False)

    def create(self, checked):
        """One order, one transaction."""
        lines = [
            OrderLine(**line, price_minor=price, total_minor=price * line["quantity"])
            for line in checked["lines"] for price in (line["product"].price_minor,)
        ]  # fmt: skip
        with transaction.atomic():
            order = Order.objects.create(
                key=checked["key"],
                placed_ms=time.time_ns() // 1_000_000,
                total_minor=sum(one.total_minor for one in lines),
            )
            for line in lines:
                line.order = order
            OrderLine.objects.bulk_create(lines)
        return order


class Orders(APIView):
    """POST /orders."""

    def post(self, request):
        """Check, keep, answer."""
        asked = OrderIn(data=request.data)
        asked.is_valid(raise_exception=True)
        order = asked.save(key=request.headers.get("Idempotency-Key"))
        lines = len(asked.validated_data["lines"])
        return Response({"id": order.id, "total": order.total_minor / 100, "lines": lines}, 201)


class Analytics(APIView):
    """GET /analytics."""

    def get(self, request):
        """All time, the best products, and the last minute beside the one before."""
        now_ms = time.time_ns() // 1_000_000
        all_time = Order.objects.aggregate(orders=Count("id"), revenue=Sum("total_minor", default=0))
        best = OrderLine.objects.values(sku=F("product__sku"), name=F("product__name"))
        best = best.annotate(sold=Sum("total_minor"), units=Sum("quantity")).order_by("-sold")[:10]
        minutes = [
            Order.objects.filter(placed_ms__gt=now_ms - 60_000 * (ago + 1), placed_ms__lte=now_ms - 60_000 * ago)
            .aggregate(sold=Sum("total_minor", default=0))["sold"] for ago in (0, 1)
        ]  # fmt: skip
        return Response({
            "orders": all_time["orders"], "total_revenue": all_time["revenue"] / 100,
            "units": OrderLine.objects.aggregate(units=Sum("quantity", default=0))["units"],
            "top_products": [
                {"sku": one["sku"], "name": one["name"], "revenue": one["sold"] / 100, "units": one["units"]}
                for one in best
            ],
            "last_minute": {"revenue": minutes[0] / 100, "previous_revenue": minutes[1] / 100},
        })  # fmt: skip


urlpatterns = [path("orders", Orders.as_view()), path("analytics", Analytics.as_view())]
app = get_wsgi_application()
