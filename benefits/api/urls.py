from django.urls import path

from benefits.api import views

urlpatterns = [
    path("benefits", views.BenefitList.as_view(), name="benefits"),
    path("benefits/<str:code>/redemptions", views.Redeem.as_view(), name="redeem"),
    path("me/redemptions", views.MyRedemptions.as_view(), name="redemptions"),
    path("me/redemptions/<str:redemption_id>", views.MyRedemption.as_view(), name="redemption"),
    path(
        "me/redemptions/<str:redemption_id>/cancel",
        views.CancelRedemption.as_view(),
        name="redemption-cancel",
    ),
    path(
        "me/redemptions/<str:redemption_id>/qr.svg",
        views.RedemptionQr.as_view(),
        name="redemption-qr",
    ),
]
